// npm run lab -- NAME: builds a lab to play with, until Ctrl-C.
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describeError } from "@yagura/std/describe-error.ts";
import { removeLab } from "./namespace-host.ts";
import { readRecord, recordProcess } from "./recorded-process.ts";
import { buildThreeHosts } from "./three-hosts-nfs/play.ts";
import { buildTwoHosts } from "./two-hosts/play.ts";

/** QEMU's user must be able to reach the disks in it. */
const directoryOf = (lab: string): string => `/var/lib/yagura-lab-${lab}`;

interface PlayOptions {
  /** Of the namespaces; see `createLab`. */
  readonly name: string;
  readonly directory: string;
  readonly say: (line: string) => void;
}

interface LabToPlayWith {
  readonly name: string;
  readonly about: string;
  /** Builds it and returns what there is to say about it. */
  readonly build: (options: PlayOptions) => Promise<PlayedLab>;
}

interface PlayedLab extends AsyncDisposable {
  readonly advice: readonly string[];
  /** Does what a line that the user typed asks for; the answer. */
  readonly take?: (line: string) => Promise<string>;
}

const labs = new Map<string, LabToPlayWith>([
  ["two-hosts", { name: "ytwo", about: "a Manager, and two hosts with a data center each", build: buildTwoHosts }],
  [
    "three-hosts-nfs",
    { name: "ythree", about: "a Manager, and three hosts that share an NFS server", build: buildThreeHosts },
  ],
]);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const fail = (line: string): void => {
  process.stderr.write(`npm run lab: ${line}\n`);
  process.exitCode = 2;
};

const [wanted = "", ...more] = process.argv.slice(2);
const found = labs.get(wanted);
const usage = `npm run lab -- NAME, where NAME is one of:\n${[...labs]
  .map(([name, { about }]) => `  ${name.padEnd(15)}  ${about}`)
  .join("\n")}`;
if ([wanted, ...more].some((word) => word === "--help" || word === "-h")) say(usage);
else if (found === undefined || more.length > 0) {
  fail(`${wanted === "" ? "which lab?" : `there is no lab "${[wanted, ...more].join(" ")}".`}\n${usage}`);
} else if (process.getuid?.() !== 0) fail("network namespaces need root; run it as root or with sudo.");
else await main(found);

async function main({ name, build }: LabToPlayWith): Promise<void> {
  const directory = directoryOf(wanted);
  const record = join(directory, "lab.pid");
  const running = await readRecord(record);
  if (running !== undefined) return fail(`the lab ${wanted} runs already, as process ${running.pid}.`);
  const interrupted = untilInterrupted();
  try {
    // What a lab that was killed has left.
    await removeLab(name);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await recordProcess(record, process.pid);
    const building = build({ name, directory, say });
    const lab = await Promise.race([building, interrupted]);
    if (lab !== undefined) {
      for (const line of lab.advice) say(line);
      say("Ctrl-C removes everything.");
      if (lab.take !== undefined) listenTo(lab.take);
      await interrupted;
    }
    say("\nremoving the lab");
    // Also one that is not finished yet.
    await (await building.catch(() => undefined))?.[Symbol.asyncDispose]();
  } catch (error) {
    process.stderr.write(`npm run lab: ${describeError(error)}\n`);
    process.exitCode = 1;
  } finally {
    process.stdin.destroy();
    await removeLab(name);
    await rm(directory, { recursive: true, force: true });
  }
}

function listenTo(take: (line: string) => Promise<string>): void {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    take(line).then(say, (error: unknown) => say(describeError(error)));
  });
}

function untilInterrupted(): Promise<undefined> {
  const signals = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => once(process, signal));
  return Promise.race(signals).then(() => undefined);
}
