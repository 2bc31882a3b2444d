// npm run lab -- NAME: builds a lab to play with, until Ctrl-C.
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@yagura/std/describe-error.ts";
import { removeLab } from "./namespace-host.ts";
import { readRecord, recordProcess } from "./recorded-process.ts";
import { startTwoHosts, type TwoHosts } from "./two-hosts/two-hosts.ts";

/** QEMU's user must be able to reach the disks in it. */
const directoryOf = (lab: string): string => `/var/lib/yagura-lab-${lab}`;
const labs = { "two-hosts": { name: "ytwo", about: "a Manager, and two hosts with a data center each" } } as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const fail = (line: string): void => {
  process.stderr.write(`npm run lab: ${line}\n`);
  process.exitCode = 2;
};

const [wanted = "", ...more] = process.argv.slice(2);
const usage = `npm run lab -- NAME, where NAME is one of:\n${Object.entries(labs)
  .map(([name, { about }]) => `  ${name}  ${about}`)
  .join("\n")}`;
if (wanted === "--help" || wanted === "-h") say(usage);
else if (wanted !== "two-hosts" || more.length > 0) {
  fail(`${wanted === "" ? "which lab?" : `there is no lab "${[wanted, ...more].join(" ")}".`}\n${usage}`);
} else if (process.getuid?.() !== 0) fail("network namespaces need root; run it as root or with sudo.");
else await main();

async function main(): Promise<void> {
  const directory = directoryOf(wanted);
  const record = join(directory, "lab.pid");
  const running = await readRecord(record);
  if (running !== undefined) return fail(`the lab ${wanted} runs already, as process ${running.pid}.`);
  const { name } = labs["two-hosts"];
  const interrupted = untilInterrupted();
  try {
    // What a lab that was killed has left.
    await removeLab(name);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await recordProcess(record, process.pid);
    const building = startTwoHosts({ name, directory, say });
    const lab = await Promise.race([building, interrupted]);
    if (lab !== undefined) {
      tell(lab);
      await interrupted;
    }
    say("\nremoving the lab");
    // Also one that is not finished yet.
    await (await building.catch(() => undefined))?.[Symbol.asyncDispose]();
  } catch (error) {
    process.stderr.write(`npm run lab: ${describeError(error)}\n`);
    process.exitCode = 1;
  } finally {
    await removeLab(name);
    await rm(directory, { recursive: true, force: true });
  }
}

function tell(lab: TwoHosts): void {
  const enter = (on: { readonly enter: readonly string[] }): string => `${on.enter.join(" ")} bash`;
  say("");
  say(`Address   ${lab.url}`);
  say(`User      admin@internal, password in ${lab.passwordFile}`);
  say(`Manager   ${lab.manager.address}   enter it: ${enter(lab.manager)}`);
  for (const host of lab.hosts) {
    say(`Host ${host.title}  ${host.address}  enter it: ${enter(host)}`);
    say(`          its libvirt: virsh --connect 'qemu:///system?socket=${host.libvirtSocket}'`);
    say(`          its log: ${join(host.agentDirectory, "log")}`);
  }
  say("Ctrl-C removes everything.");
}

function untilInterrupted(): Promise<undefined> {
  const signals = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => once(process, signal));
  return Promise.race(signals).then(() => undefined);
}
