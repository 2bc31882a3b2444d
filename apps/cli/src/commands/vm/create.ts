import type { ManagerClient, Vm } from "@yagura/rest-client";
import { type Command, Option } from "commander";
import { parseBytes } from "../../arguments/bytes.ts";
import { wholeNumber } from "../../arguments/numbers.ts";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { usageProblem } from "../../problem.ts";
import { waitUntil } from "../../wait/wait-until.ts";
import { wayDown, wayUp } from "../../wait/ways.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";

interface CreateOptions extends WaitOptions {
  readonly template?: string;
  readonly cluster?: string;
  readonly memory?: number;
  readonly cpus?: number;
  readonly onStorageError?: string;
  readonly description?: string;
  readonly start?: boolean;
}

const CPUS_MAX = 768;
/** The template that every Manager has: without disks and NICs. */
const BLANK_ID = "00000000-0000-0000-0000-000000000000";
const behaviours = ["auto_resume", "leave_paused", "kill"] as const;

/** `yagura vm create NAME` */
export function addCreateVm(vm: Command, cli: Cli): void {
  const command = vm
    .command("create")
    .description("make a VM, from a template with copies of its disks or without any disk")
    .argument("<name>", "what it will be called")
    .option("--template <template>", "name or id; by default Blank, which has no disks")
    .option("--cluster <cluster>", "name or id; not needed if there is only one")
    .option("--memory <amount>", "2GiB, 512MiB …; as the template has it by default", parseBytes)
    .option(
      "--cpus <number>",
      "virtual processors; as the template has them by default",
      wholeNumber("--cpus", { min: 1, max: CPUS_MAX }),
    )
    .addOption(
      new Option(
        "--on-storage-error <behaviour>",
        "what becomes of it when an error of its storage has paused it",
      ).choices(behaviours),
    )
    .option("--description <text>", "for people to read")
    .option("--start", "start it once it is made");
  withWaiting(command, "it is made, or up with --start").action((name: string, options: CreateOptions) =>
    cli.withManager(`create VM ${name}`, async ({ world, manager }) => {
      if (name.trim() === "") throw usageProblem("the name is empty", "Give a name for the VM");
      const templateId =
        options.template === undefined ? BLANK_ID : (await findOne("template", options.template, manager.templates)).id;
      const cluster = await clusterFor(manager, options);
      const correlationId = world.newCorrelationId();
      const call = { correlationId, signal: world.signal };
      const made = await manager.vms.add(wanted(name, templateId, cluster, options), {}, call);
      const { id } = made;
      if (id === undefined) throw new Error("the Manager did not say the id of the new VM");
      const what = `VM ${name}`;
      const status = async () => (await manager.vms.get(id)).status;
      const timeoutMs = options.timeout;
      if (options.wait === true || options.start === true) {
        await waitUntil(world, manager, { what, timeoutMs, correlationId, look: async () => wayDown(await status()) });
      }
      if (options.start === true) {
        // The VM is there all the same: that is said, with its id.
        await cli.attempt(`start VM ${name}, which was made as ${id}`, () => manager.vms.action(id, "start", {}, call));
      }
      if (options.start === true && options.wait === true) {
        await waitUntil(world, manager, { what, timeoutMs, correlationId, look: async () => wayUp(await status()) });
      }
      cli.printOne(cli.output !== "table" ? await manager.vms.get(id) : made, () => `${id}\n`);
    }),
  );
}

function wanted(name: string, templateId: string, clusterId: string, options: CreateOptions): Vm {
  const { memory, cpus, description } = options;
  const behaviour = behaviours.find((one) => one === options.onStorageError);
  return {
    name,
    template: { id: templateId },
    cluster: { id: clusterId },
    ...(memory !== undefined && { memory }),
    ...(cpus !== undefined && { cpu: { topology: { sockets: cpus, cores: 1, threads: 1 } } }),
    ...(behaviour !== undefined && { storage_error_resume_behaviour: behaviour }),
    ...(description !== undefined && { description }),
  };
}

/** The cluster asked for, or the only one there is. Among several nobody guesses. */
async function clusterFor(manager: ManagerClient, { cluster }: CreateOptions): Promise<string> {
  if (cluster !== undefined) return (await findOne("cluster", cluster, manager.clusters)).id;
  const [only, another] = await manager.clusters.list();
  if (only?.id !== undefined && another === undefined) return only.id;
  throw usageProblem(
    only === undefined ? "there is no cluster" : "there is more than one cluster",
    "Say which: --cluster NAME",
  );
}
