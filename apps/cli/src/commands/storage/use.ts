import type { StorageDomain } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import type { Command } from "commander";
import type { Cli, Command as CliCommand } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { refusal } from "../../problem.ts";
import { type Way, waitUntil } from "../../wait/wait-until.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";
import { wayActive, wayToMaintenance } from "./ways.ts";

interface Use {
  /** The verb of the command line, and that of the API. */
  readonly verb: string;
  readonly action: "activate" | "deactivate";
  readonly description: string;
  readonly until: string;
  readonly taken: string;
  readonly way: (status: StorageDomain["status"]) => Way;
}

const uses: readonly Use[] = [
  {
    verb: "activate",
    action: "activate",
    description: "use a storage domain again that was in maintenance",
    until: "it is active",
    taken: "is activated",
    way: wayActive,
  },
  {
    verb: "maintenance",
    action: "deactivate",
    description: "take a storage domain out of use; if it is the master, another one becomes that before",
    until: "it is in maintenance",
    taken: "goes into maintenance",
    way: wayToMaintenance,
  },
];

/** `yagura storage activate|maintenance|detach DOMAIN` */
export function addUseOfStorage(storage: Command, cli: Cli): void {
  for (const use of uses) addUse(storage, cli, use);
  addDetach(storage, cli);
}

function addUse(storage: Command, cli: Cli, { verb, action, description, until, taken, way }: Use): void {
  const command = storage.command(verb).description(description).argument("<domain>", "name or id");
  withWaiting(command, until).action((name: string, options: WaitOptions) =>
    cli.withManager(`${verb === "activate" ? verb : "put into maintenance"} storage domain ${name}`, async (open) => {
      const { world, manager } = open;
      const { domain, inside } = await findAttached(open, name);
      const correlationId = world.newCorrelationId();
      await inside.action(domain.id, action, { async: options.wait === true }, { correlationId, signal: world.signal });
      const what = `Storage domain ${oneLine(domain.name ?? domain.id)}`;
      if (options.wait !== true) return cli.say(`${what} ${taken}.`);
      const look = async () => way((await inside.get(domain.id)).status);
      await waitUntil(world, manager, { what, timeoutMs: options.timeout, correlationId, look });
    }),
  );
}

function addDetach(storage: Command, cli: Cli): void {
  storage
    .command("detach")
    .description("take a storage domain in maintenance out of its data center; its disks stay on it")
    .argument("<domain>", "name or id")
    .action((name: string) =>
      cli.withManager(`detach storage domain ${name}`, async (open) => {
        const { domain, inside } = await findAttached(open, name);
        const correlationId = open.world.newCorrelationId();
        await inside.remove(domain.id, {}, { correlationId, signal: open.world.signal });
        cli.say(`Storage domain ${oneLine(domain.name ?? domain.id)} is detached.`);
      }),
    );
}

/** The domain, and where its data center has it. @throws CliProblem when it is in none */
async function findAttached({ manager }: CliCommand, name: string) {
  const domain = await findOne("storage domain", name, manager.storage_domains);
  const dataCenterId = domain.data_centers?.[0]?.id;
  if (dataCenterId === undefined) {
    throw refusal(
      `${oneLine(name)} is in no data center`,
      `Attach it: yagura storage attach ${oneLine(name)} --data-center DC`,
    );
  }
  return { domain, inside: manager.data_centers.at(dataCenterId).storage_domains };
}
