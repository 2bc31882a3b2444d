import type { StorageDomain } from "@yagura/rest-client";
import { formatBytes } from "@yagura/std/units.ts";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { namesOf } from "../../names-of.ts";
import { formatDetails } from "../../output/table.ts";

/** `yagura storage show DOMAIN` */
export function addShowStorage(storage: Command, cli: Cli): void {
  storage
    .command("show")
    .description("show one storage domain")
    .argument("<domain>", "name or id")
    .action((name: string) =>
      cli.withManager(`show storage domain ${name}`, async ({ manager }) => {
        const { id } = await findOne("storage domain", name, manager.storage_domains);
        const found = await manager.storage_domains.get(id);
        const dataCenter = found.data_centers?.[0];
        const attached =
          dataCenter?.id === undefined ? found : await manager.data_centers.at(dataCenter.id).storage_domains.get(id);
        const dataCenterName = await namesOf(manager.data_centers);
        cli.printOne({ ...found, status: attached.status }, () =>
          formatDetails([
            ["Name", found.name],
            ["Id", found.id],
            ["Status", attached.status?.replaceAll("_", " ")],
            ["Data center", dataCenter && dataCenterName(dataCenter)],
            ["Master", found.master === true ? "yes" : "no"],
            ["Storage", found.storage?.type],
            ["Place", placeOf(found)],
            ["Mounted", mountOf(found)],
            ["Format", found.storage_format?.toUpperCase()],
            ["Free", found.available && formatBytes(found.available)],
            ["Used", found.used && formatBytes(found.used)],
            ["Promised to disks", found.committed && formatBytes(found.committed)],
          ]),
        );
      }),
    );
}

function placeOf({ storage }: StorageDomain): string | undefined {
  return storage?.address === undefined ? storage?.path : `${storage.address}:${storage.path}`;
}

function mountOf({ storage }: StorageDomain): string | undefined {
  const {
    nfs_version: version,
    nfs_timeo: timeo,
    nfs_retrans: retrans,
    vfs_type: fs,
    mount_options: more,
  } = storage ?? {};
  const words = [fs, version, timeo && `timeo=${timeo}`, retrans !== undefined && `retrans=${retrans}`, more];
  return words.filter(Boolean).join(", ") || undefined;
}
