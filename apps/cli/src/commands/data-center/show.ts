import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { namesOf } from "../../names-of.ts";
import { formatDetails } from "../../output/table.ts";
import { storageWord } from "./storage-word.ts";

/** `yagura data-center show DATA-CENTER` */
export function addShowDataCenter(dataCenter: Command, cli: Cli): void {
  dataCenter
    .command("show")
    .description("show one data center")
    .argument("<data-center>", "name or id")
    .action((name: string) =>
      cli.withManager(`show data center ${name}`, async ({ manager }) => {
        const { id } = await findOne("data center", name, manager.data_centers);
        const below = manager.data_centers.at(id);
        const [found, spm, domains] = [
          await manager.data_centers.get(id),
          await below.spm.get(),
          await below.storage_domains.list(),
        ];
        const whole = { ...found, spm, storage_domains: domains };
        if (cli.output !== "table") return cli.printOne(whole, () => "");
        const hostName = await namesOf(manager.hosts);
        cli.printOne(whole, () =>
          formatDetails([
            ["Name", found.name],
            ["Id", found.id],
            ["Status", found.status],
            ["Description", found.description],
            ["Storage", storageWord(found.local)],
            ["SPM", hostName(spm.host) ?? spm.status],
            ["I/O timeout", spm.io_timeout === undefined ? undefined : `${spm.io_timeout} s`],
            ...domains.map(
              ({ name: domain, status, master }) =>
                ["Storage domain", [domain, status, master === true && "master"].filter(Boolean).join(" ")] as const,
            ),
          ]),
        );
      }),
    );
}
