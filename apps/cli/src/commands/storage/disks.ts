import type { Disk } from "@yagura/rest-client";
import { oneLine } from "@yagura/std/one-line.ts";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { usageProblem } from "../../problem.ts";

const columns = [
  { title: "NAME", value: ({ alias, name }: Disk) => alias ?? name },
  { title: "STATUS", value: ({ status }: Disk) => status },
  { title: "SIZE", value: ({ provisioned_size: size }: Disk) => size && formatBytes(size) },
  { title: "USED", value: ({ actual_size: size }: Disk) => size && formatBytes(size) },
  { title: "FORMAT", value: ({ format }: Disk) => format },
  { title: "ID", value: ({ id }: Disk) => id },
];

/** `yagura storage disks DOMAIN` and `yagura storage register DOMAIN DISK…` */
export function addDisksOfStorage(storage: Command, cli: Cli): void {
  storage
    .command("disks")
    .description("list the disks on a storage domain")
    .argument("<domain>", "name or id")
    .option("--unregistered", "those that are on the storage, and that the Manager does not know")
    .action((name: string, { unregistered }: { unregistered?: boolean }) =>
      cli.withManager(`list the disks on storage domain ${name}`, async ({ manager }) => {
        const { id } = await findOne("storage domain", name, manager.storage_domains);
        const disks = await manager.storage_domains.at(id).disks.list({ unregistered });
        const nothing = unregistered === true ? "There are no unregistered disks." : "There are no disks.";
        cli.printList(disks, cli.output !== "table" ? [] : columns, nothing);
      }),
    );
  storage
    .command("register")
    .description("make disks known that are on a storage domain, with the data and the ids that they have")
    .argument("<domain>", "name or id")
    .argument("[disks...]", "ids, or names that only one has there")
    .option("--all", "every disk that is not known")
    .action((name: string, wanted: readonly string[], { all }: { all?: boolean }) =>
      cli.withManager(`register disks of storage domain ${name}`, async ({ world, manager }) => {
        if (wanted.length === 0 && all !== true) {
          throw usageProblem(
            "no disk is named",
            `See which there are: yagura storage disks ${oneLine(name)} --unregistered`,
          );
        }
        const { id } = await findOne("storage domain", name, manager.storage_domains);
        const { disks } = manager.storage_domains.at(id);
        const found = await disks.list({ unregistered: true });
        const chosen = all === true ? found : wanted.map((each) => choose(each, found));
        const made = await registerAll(chosen, (disk) =>
          cli.attempt(`register disk ${oneLine(disk.alias ?? disk.id ?? "")}`, () =>
            disks.add({ id: disk.id }, { unregistered: true }, { signal: world.signal }),
          ),
        );
        cli.printList(made, cli.output !== "table" ? [] : columns, "There is nothing to register.");
      }),
    );
}

function choose(nameOrId: string, found: readonly Disk[]): Disk {
  const byId = found.filter(({ id }) => id === nameOrId.toLowerCase());
  const [one, another] = byId.length > 0 ? byId : found.filter(({ alias }) => alias === nameOrId);
  if (one === undefined) {
    throw usageProblem(`no unregistered disk is called ${oneLine(nameOrId)}`, "See which there are: --unregistered");
  }
  if (another !== undefined) throw usageProblem(`several disks are called ${oneLine(nameOrId)}`, "Give the id of one");
  return one;
}

/** Disks that stand on one of a template come after it: those that must wait are tried again as long as others succeed. */
async function registerAll(chosen: readonly Disk[], register: (disk: Disk) => Promise<Disk>): Promise<Disk[]> {
  const made: Disk[] = [];
  let left = [...chosen];
  while (left.length > 0) {
    const waiting: Disk[] = [];
    let failure: unknown;
    for (const disk of left) {
      try {
        made.push(await register(disk));
      } catch (error) {
        failure ??= error;
        waiting.push(disk);
      }
    }
    if (waiting.length === left.length) throw failure;
    left = waiting;
  }
  return made;
}
