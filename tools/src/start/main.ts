// npm start: a data centre on this machine, with a running guest.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { buildDemoDisk } from "@yagura/lab/demo-guest/build-demo-disk.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { formatDuration } from "@yagura/std/units.ts";
import { stopServices } from "../stop/stop-services.ts";
import { claim } from "./claim.ts";
import { createHostTicket, ensureCluster, ensureStorage, waitForHost } from "./ensure-data-center.ts";
import { ensureRunning, type GuestState, waitForGuest } from "./ensure-guest.ts";
import { ensureTemplate } from "./ensure-template.ts";
import { guestIsAlive } from "./guest-is-alive.ts";
import { layoutOf } from "./layout.ts";
import { readStartOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import {
  makeFolders,
  type RunningManager,
  refuseClosedParents,
  startAgent,
  startLibvirt,
  startManager,
} from "./services.ts";
import { tellEmulation } from "./tell-emulation.ts";

const options = readStartOptions(process.argv.slice(2));
const layout = layoutOf(options.dataDirectory);
const progress = new Progress();
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

try {
  const { manager, guest } = await bringUpUnlessInterrupted();
  await report(manager, guest);
  manager.client.close();
  if (!options.detach) await untilInterrupted();
} catch (error) {
  progress.say(`\nnpm start: ${describeError(error)}`);
  if (existsSync(layout.log)) {
    progress.say(
      `The logs are in ${layout.log}. What was done stays: start again when the cause is mended, or npm run stop.`,
    );
  }
  process.exitCode = 1;
}

/** Ctrl-C before all is up also ends Manager and agent. */
async function bringUpUnlessInterrupted(): ReturnType<typeof bringUp> {
  const interrupt = (signal: NodeJS.Signals): void => {
    progress.say(`\nended by ${signal}; ending Manager and agent`);
    void stopServices(layout).finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
  };
  for (const signal of signals) process.once(signal, interrupt);
  const up = await bringUp();
  for (const signal of signals) process.off(signal, interrupt);
  return up;
}

async function bringUp(): Promise<{ manager: RunningManager; guest: GuestState }> {
  await refuseClosedParents(layout.storage);
  await makeFolders(layout);
  await using _ = await claim(layout, (line) => progress.say(line));
  await tellEmulation(progress);
  const libvirt = await progress.step("libvirt", () => startLibvirt(layout));
  if (libvirt.uri === "qemu:///session") {
    progress.say(
      "Without root, guests get user-mode networking: they reach out, but nothing reaches them; no bridges, no tuning.",
    );
  }
  const manager = await progress.step("the Manager", () => startManager(layout, options));
  const { client } = manager;
  // Beside the steps that follow, but not before ports and password are seen to be right: a quick end is better then.
  const demoDisk = progress.step("building the demo guest's disk", () =>
    buildDemoDisk({ cacheDirectory: join(layout.cache, "demo-guest") }),
  );
  demoDisk.catch(() => undefined); // Whoever needs the disk gets the error.
  await progress.step("the data center and its cluster", () => ensureCluster(client));
  await progress.step("the host agent", () =>
    startAgent(layout, options, { manager, libvirt, createTicket: () => createHostTicket(client) }),
  );
  await progress.step("the host", () => waitForHost(client, hostname()));
  await progress.step("the storage domain", () => ensureStorage(client, hostname(), layout.storage));
  const disk = await demoDisk;
  await progress.step("the demo template", () => ensureTemplate(client, manager, disk));
  const vmId = await progress.step(`the guest ${options.vmName}`, () =>
    ensureRunning(client, options.vmName, { hostName: hostname(), isAlive: (id) => guestIsAlive(libvirt, id) }),
  );
  const guest = await progress.step("the guest's boot", () => waitForGuest(client, vmId));
  return { manager, guest };
}

async function report({ url, caFingerprint }: RunningManager, guest: GuestState): Promise<void> {
  const passwordFile = options.adminPasswordFile ?? layout.adminPassword;
  const result = {
    url,
    api: `${url}/ovirt-engine/api`,
    user: "admin@internal",
    passwordFile,
    caFingerprint,
    guest: { name: options.vmName, ...guest },
    phases: progress.phases,
    seconds: Math.round(progress.totalMs / 100) / 10,
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const lines = [
    "",
    `Yagura runs, after ${formatDuration(progress.totalMs)}.`,
    `  Address    ${url}`,
    `  User       admin@internal`,
    `  Password   ${await shownPassword()}`,
    `  Guest      ${options.vmName}: ${guest.status}, host name ${guest.hostName ?? "unknown"}, address ${guest.addresses.join(", ")}`,
    `  Command    npm run yagura -- login ${url}`,
    options.detach
      ? "  End it     npm run stop"
      : "  Ctrl-C ends Manager and agent; the guest goes on, and the next npm start finds it.",
    "",
  ];
  process.stdout.write(lines.join("\n"));
}

/** A password that was made up here is shown; one that somebody chose is not. */
async function shownPassword(): Promise<string> {
  if (options.adminPasswordFile !== undefined) return `the one in ${options.adminPasswordFile}`;
  const password = (await readFile(layout.adminPassword, "utf8")).trim();
  return `${password}   (made up for the first login; kept in ${layout.adminPassword})`;
}

async function untilInterrupted(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Without something to do Node would end; the timer never fires in practice.
  const alive = setInterval(() => undefined, 2 ** 30);
  for (const signal of signals) process.once(signal, () => resolve());
  await promise;
  clearInterval(alive);
  progress.say("\nending Manager and agent; guests go on");
  await stopServices(layout);
}
