import { oneLine } from "@yagura/std/one-line.ts";
import type { Command } from "commander";
import type { Cli, Command as CliCommand } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { waitUntil } from "../../wait/wait-until.ts";
import { confirm } from "../confirm.ts";
import { wayActive } from "./ways.ts";

interface Thing {
  readonly id: string;
  readonly name?: string | undefined;
}

/** The Manager answers when it is done, or after a minute; then it is followed. */
const ATTACH_MS_MAX = 15 * 60_000;

export async function attachTo(
  { world, manager }: CliCommand,
  domain: Thing,
  dataCenter: Thing,
  { takeOver }: { readonly takeOver: boolean },
): Promise<void> {
  const correlationId = world.newCorrelationId();
  const inside = manager.data_centers.at(dataCenter.id).storage_domains;
  const parameters = takeOver ? { force: true } : {};
  await inside.add({ id: domain.id }, parameters, { correlationId, signal: world.signal });
  const what = `Storage domain ${domain.name ?? domain.id}`;
  const look = async () => wayActive((await inside.get(domain.id)).status);
  await waitUntil(world, manager, { what, timeoutMs: ATTACH_MS_MAX, correlationId, look });
}

/** `yagura storage attach DOMAIN --data-center DC` */
export function addAttachStorage(storage: Command, cli: Cli): void {
  storage
    .command("attach")
    .description("make a storage domain part of a data center, and use it; the first one brings the data center up")
    .argument("<domain>", "name or id")
    .requiredOption("--data-center <data-center>", "name or id")
    .option("--take-over", "although it says that it belongs to another data center: no host may use it there any more")
    .option("--yes", "do not ask")
    .action((name: string, options: { dataCenter: string; takeOver?: boolean; yes?: boolean }) =>
      cli.withManager(`attach storage domain ${name}`, async (open) => {
        const { world, manager } = open;
        const domain = await findOne("storage domain", name, manager.storage_domains);
        const dataCenter = await findOne("data center", options.dataCenter, manager.data_centers);
        const takeOver = options.takeOver === true;
        if (takeOver) {
          const question = `Take ${oneLine(domain.name ?? domain.id)} from the data center that used it? Two that use it destroy each other's disks.`;
          await confirm(world, question, options.yes);
        }
        await attachTo(open, domain, dataCenter, { takeOver });
        cli.say(`Storage domain ${oneLine(domain.name ?? domain.id)} is attached and active.`);
      }),
    );
}
