import type { Action } from "@yagura/rest-client";
import { isNotFound } from "@yagura/rest-client";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import { parseBytes } from "../../arguments/bytes.ts";
import type { Cli, Command as CliCommand } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { refusal } from "../../problem.ts";
import { type Way, waitUntil } from "../../wait/wait-until.ts";
import { confirm } from "../confirm.ts";
import { type WaitOptions, withWaiting } from "../waiting.ts";
import { diskTitle, followDisk } from "./follow-disk.ts";

interface TargetOptions extends WaitOptions {
  readonly to: string;
  readonly name?: string;
}

/** `yagura disk extend|copy|move|sparsify|remove DISK` */
export function addDiskChanges(disk: Command, cli: Cli): void {
  addExtend(disk, cli);
  addCopy(disk, cli);
  addMove(disk, cli);
  addSparsify(disk, cli);
  addRemove(disk, cli);
}

function addExtend(disk: Command, cli: Cli): void {
  const command = disk
    .command("extend")
    .description("make a disk larger, also while its VM runs; it never becomes smaller")
    .argument("<disk>", "name or id")
    .argument("<size>", "the size that it is to have: 20GiB; or what is added: +5GiB");
  withWaiting(command, "it has the size").action((name: string, size: string, options: WaitOptions) =>
    cli.withManager(`extend disk ${name}`, async (open) => {
      const found = await findOne("disk", name, open.manager.disks);
      const now = found.provisioned_size ?? 0;
      const wanted = size.startsWith("+") ? now + parseBytes(size.slice(1)) : parseBytes(size);
      if (wanted < now)
        throw refusal(`it has ${formatBytes(now)} already`, "A disk cannot be made smaller; copy what is in it");
      await followDisk(cli, open, found, options, `has ${formatBytes(wanted)} soon`, async (call) => {
        await open.manager.disks.update(found.id, { provisioned_size: wanted }, {}, call);
        return found.id;
      });
    }),
  );
}

function addCopy(disk: Command, cli: Cli): void {
  const command = disk
    .command("copy")
    .description("make a disk of its own with the content of another one; prints its id")
    .argument("<disk>", "name or id")
    .requiredOption("--to <domain>", "the storage domain of the copy: name or id")
    .option("--name <name>", "what the copy will be called; by default as the disk");
  withWaiting(command, "the copy is made").action((name: string, options: TargetOptions) =>
    cli.withManager(`copy disk ${name}`, async (open) => {
      const found = await findOne("disk", name, open.manager.disks);
      const made = await followDisk(cli, open, found, options, "is being copied", async (call) => {
        const body: Action = {
          ...(await target(open, options)),
          ...(options.name !== undefined && { disk: { name: options.name } }),
        };
        return (await open.manager.disks.action(found.id, "copy", body, call)).disk?.id ?? found.id;
      });
      cli.printOne(cli.output !== "table" ? await open.manager.disks.get(made) : { id: made }, () => `${made}\n`);
    }),
  );
}

function addMove(disk: Command, cli: Cli): void {
  const command = disk
    .command("move")
    .description("take a disk to another storage domain; its VMs must be down")
    .argument("<disk>", "name or id")
    .requiredOption("--to <domain>", "the storage domain that it goes to: name or id");
  withWaiting(command, "it is there").action((name: string, options: TargetOptions) =>
    cli.withManager(`move disk ${name}`, async (open) => {
      const found = await findOne("disk", name, open.manager.disks);
      await followDisk(cli, open, found, options, "is being moved", async (call) => {
        await open.manager.disks.action(found.id, "move", await target(open, options), call);
        return found.id;
      });
    }),
  );
}

function addSparsify(disk: Command, cli: Cli): void {
  const command = disk
    .command("sparsify")
    .description("give back the space that the file systems in a disk do not use; its VMs must be down")
    .argument("<disk>", "name or id");
  withWaiting(command, "it is done").action((name: string, options: WaitOptions) =>
    cli.withManager(`sparsify disk ${name}`, async (open) => {
      const found = await findOne("disk", name, open.manager.disks);
      await followDisk(cli, open, found, options, "becomes sparse", async (call) => {
        await open.manager.disks.action(found.id, "sparsify", { async: true }, call);
        return found.id;
      });
    }),
  );
}

function addRemove(disk: Command, cli: Cli): void {
  const command = disk
    .command("remove")
    .description("delete a disk with its data")
    .argument("<disk>", "name or id")
    .option("--yes", "do not ask");
  withWaiting(command, "it is gone").action((name: string, options: WaitOptions & { yes?: boolean }) =>
    cli.withManager(`remove disk ${name}`, async (open) => {
      const found = await findOne("disk", name, open.manager.disks);
      await confirm(open.world, `Delete disk ${diskTitle(found)} (${found.id}) with its data?`, options.yes);
      const correlationId = open.world.newCorrelationId();
      await open.manager.disks.remove(found.id, { async: true }, { correlationId, signal: open.world.signal });
      const what = `Disk ${diskTitle(found)}`;
      if (options.wait !== true) return cli.say(`${what} goes away.`);
      const look = () => goneOrMoving(open, found.id);
      await waitUntil(open.world, open.manager, { what, timeoutMs: options.timeout, correlationId, look });
    }),
  );
}

async function goneOrMoving({ manager }: CliCommand, id: string): Promise<Way> {
  try {
    const { status } = await manager.disks.get(id);
    return { is: status === "illegal" ? "resting" : "moving", state: status ?? "still there" };
  } catch (error) {
    if (isNotFound(error)) return { is: "there", state: "gone" };
    throw error;
  }
}

async function target({ manager }: CliCommand, { to }: TargetOptions): Promise<Action> {
  const { id } = await findOne("storage domain", to, manager.storage_domains);
  return { storage_domain: { id }, async: true };
}
