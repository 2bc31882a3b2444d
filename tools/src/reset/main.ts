// npm run reset: ends everything, then removes the data.
import { access, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { stopPrivateLibvirtd } from "@yagura/lab/private-libvirtd.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { Command } from "commander";
import { type Layout, layoutOf } from "../start/layout.ts";
import { dataOption } from "../start/options.ts";
import { forgetGuests, stopGuests } from "../stop/stop-guests.ts";
import { stopServices } from "../stop/stop-services.ts";

const command = new Command("npm run reset --")
  .description("Ends everything and removes all data: guests, disks, templates, users, certificates.")
  .addOption(dataOption())
  .option("-y, --yes", "do not ask")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const options = command.parse().opts();
const layout = layoutOf(resolve(options["data"]));
const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  await main();
} catch (error) {
  say(`npm run reset: ${describeError(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  if (!(await isOurs(layout))) {
    say(`${layout.root} is no data directory of Yagura; nothing was removed`);
    process.exitCode = 1;
    return;
  }
  if (!(await agreed())) {
    say("nothing was removed");
    process.exitCode = 1;
    return;
  }
  await stopServices(layout);
  const { daemon } = await stopGuests(layout, say);
  if (daemon !== undefined) await forgetGuests(daemon, layout);
  await stopPrivateLibvirtd(layout.libvirt);
  // Only what we made: the directory may hold other things of its owner.
  for (const path of [...Object.values(layout), join(layout.root, "data-center")]) {
    if (path !== layout.root) await rm(path, { recursive: true, force: true });
  }
  if ((await readdir(layout.root)).length === 0) await rm(layout.root, { recursive: true });
  say(`${layout.root} is removed`);
}

/** A wrong --data must not cost anybody a directory: ours has these two folders. */
async function isOurs({ run, manager }: Layout): Promise<boolean> {
  return Promise.all([access(run), access(manager)]).then(
    () => true,
    () => false,
  );
}

async function agreed(): Promise<boolean> {
  if (options["yes"] === true) return true;
  if (!process.stdin.isTTY) {
    say("There is nobody to ask; use --yes to remove without asking.");
    return false;
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await reader.question(`Remove everything below ${layout.root}: guests, disks, users? [y/N] `);
  reader.close();
  return /^y(es)?$/i.test(answer.trim());
}
