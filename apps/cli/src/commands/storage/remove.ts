import { oneLine } from "@yagura/std/one-line.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { usageProblem } from "../../problem.ts";
import { confirm } from "../confirm.ts";

interface RemoveOptions {
  readonly format?: boolean;
  readonly destroy?: boolean;
  readonly host?: string;
  readonly yes?: boolean;
}

/** `yagura storage remove DOMAIN` */
export function addRemoveStorage(storage: Command, cli: Cli): void {
  storage
    .command("remove")
    .description("forget a detached storage domain; what is on it stays, and can be imported again")
    .argument("<domain>", "name or id")
    .option("--format", "wipe it off its storage, with all disks on it")
    .option("--destroy", "forget it and its disks also while it is attached or lost, without touching the storage")
    .option("--host <host>", "the host that wipes it: name or id")
    .option("--yes", "do not ask")
    .action((name: string, { format, destroy, host, yes }: RemoveOptions) =>
      cli.withManager(`remove storage domain ${name}`, async ({ world, manager }) => {
        if (format === true && destroy === true) {
          throw usageProblem("--format and --destroy are opposites", "Give one of them, or none");
        }
        const domain = await findOne("storage domain", name, manager.storage_domains);
        const title = `${oneLine(domain.name ?? domain.id)} (${domain.id})`;
        const question =
          format === true
            ? `Wipe storage domain ${title} with everything that is on it?`
            : `Forget storage domain ${title}${destroy === true ? " and its disks" : ""}?`;
        await confirm(world, question, yes);
        const by = host === undefined ? undefined : (await findOne("host", host, manager.hosts)).id;
        const correlationId = world.newCorrelationId();
        const parameters = { format, destroy, host: by };
        await manager.storage_domains.remove(domain.id, parameters, { correlationId, signal: world.signal });
        cli.say(`Storage domain ${title} is ${format === true ? "wiped" : "forgotten"}.`);
      }),
    );
}
