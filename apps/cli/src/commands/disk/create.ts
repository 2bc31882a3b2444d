import type { Disk, ManagerClient } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import { type Command, Option } from "commander";
import { parseBytes } from "../../arguments/bytes.ts";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { usageProblem } from "../../problem.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";
import { followDisk } from "./follow-disk.ts";

interface CreateOptions extends WaitOptions {
  readonly size: number;
  readonly storageDomain?: string;
  readonly format?: string;
  readonly preallocated?: boolean;
  readonly shareable?: boolean;
  readonly wipeAfterDelete?: boolean;
  readonly description?: string;
}

const formats = ["cow", "raw"] as const;

/** `yagura disk create NAME --size SIZE` */
export function addCreateDisk(disk: Command, cli: Cli): void {
  const command = disk
    .command("create")
    .description("make an empty disk; prints its id")
    .argument("<name>", "what it will be called")
    .requiredOption("--size <size>", "what a guest sees of it: 20GiB, 512MiB …", parseBytes)
    .option("--storage-domain <domain>", "name or id; not needed if there is only one")
    .addOption(
      new Option("--format <format>", "cow (qcow2) or raw; by default cow, and raw when preallocated").choices(formats),
    )
    .option("--preallocated", "take all of the space at once; by default only what is written")
    .option("--shareable", "several VMs may use it at once; it must be raw")
    .option("--wipe-after-delete", "overwrite it with zeros when it is removed")
    .option("--description <text>", "for people to read");
  withWaiting(command, "it is made").action((name: string, options: CreateOptions) =>
    cli.withManager(`create disk ${name}`, async (open) => {
      if (name.trim() === "") throw usageProblem("the name is empty", "Give a name for the disk");
      const body = wanted(name, await domainFor(open.manager, options), options);
      const made = await followDisk(cli, open, { id: name, name }, options, "is being made", async (call) => {
        const { id } = await open.manager.disks.add(body, {}, call);
        if (id === undefined) throw new Error("the Manager did not say the id of the new disk");
        return id;
      });
      cli.printOne(cli.output !== "table" ? await open.manager.disks.get(made) : { id: made }, () => `${made}\n`);
    }),
  );
}

function wanted(name: string, domainId: string, options: CreateOptions): Disk {
  const { size, preallocated = false, shareable, wipeAfterDelete, description } = options;
  const byDefault = preallocated || shareable === true ? "raw" : "cow";
  return {
    name,
    provisioned_size: size,
    format: formats.find((one) => one === options.format) ?? byDefault,
    sparse: !preallocated,
    storage_domains: [{ id: domainId }],
    ...(shareable !== undefined && { shareable }),
    ...(wipeAfterDelete !== undefined && { wipe_after_delete: wipeAfterDelete }),
    ...(description !== undefined && { description }),
  };
}

/** The domain asked for, or the only one that a data center has. Among several nobody guesses. */
async function domainFor(manager: ManagerClient, { storageDomain }: CreateOptions): Promise<string> {
  if (storageDomain !== undefined) return (await findOne("storage domain", storageDomain, manager.storage_domains)).id;
  const attached = (await manager.storage_domains.list()).filter((each) => each.data_centers?.[0] !== undefined);
  const [only, another] = attached;
  if (only?.id !== undefined && another === undefined) return only.id;
  throw only === undefined
    ? usageProblem("no data center has a storage domain", "Attach one: yagura storage attach DOMAIN --data-center DC")
    : usageProblem(
        `there is more than one storage domain: ${attached.map(({ id, name }) => oneLine(name ?? id ?? "")).join(", ")}`,
        "Say which: --storage-domain NAME",
      );
}
