import type { ManagerClient, StoragePoolManager } from "@yagura/rest-client";
import type { Command } from "commander";
import type { Cli } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { type NameOf, namesOf } from "../../names-of.ts";
import { formatDetails } from "../../output/table.ts";
import { dateCell } from "../../output/text.ts";
import { usageProblem } from "../../problem.ts";

/** `yagura spm show [DATA-CENTER]` */
export function addShowSpm(spm: Command, cli: Cli): void {
  spm
    .command("show")
    .description("show which host it is, since when, and why")
    .argument("[data-center]", "name or id; may be left out when there is only one")
    .action((name: string | undefined) =>
      cli.withManager(`show the SPM of ${name ?? "the data center"}`, async ({ manager }) => {
        const dataCenter =
          name === undefined ? await onlyOne(manager) : await findOne("data center", name, manager.data_centers);
        const found = await manager.data_centers.at(dataCenter.id).spm.get();
        const hostName = cli.output !== "table" ? () => undefined : await namesOf(manager.hosts);
        cli.printOne(found, () => formatDetails(detailsOf(dataCenter.name, found, hostName)));
      }),
    );
}

/** @throws CliProblem unless there is exactly one. */
async function onlyOne(manager: ManagerClient): Promise<{ readonly id: string; readonly name?: string | undefined }> {
  const [one, another] = await manager.data_centers.list();
  if (one?.id === undefined) {
    throw usageProblem("there is no data center, or you may not see it", "Make one: yagura data-center create NAME");
  }
  if (another !== undefined) {
    throw usageProblem(
      "there is more than one data center",
      "Name one: yagura spm show DATA-CENTER (yagura data-center list)",
    );
  }
  return { ...one, id: one.id };
}

const states: Readonly<Record<string, string>> = {
  spm: "a host manages the storage",
  contending: "a host is becoming it",
  none: "no host manages the storage",
};

function detailsOf(dataCenterName: string | undefined, spm: StoragePoolManager, hostName: NameOf) {
  const { host, contender, wanted_host: wanted } = spm;
  return [
    ["Data center", dataCenterName],
    ["Status", states[spm.status ?? ""] ?? spm.status],
    ["Host", hostName(host)],
    ...(contender === undefined ? [] : [["Becomes it", hostName(contender)] as const]),
    ...(wanted === undefined ? [] : [["Asked for", hostName(wanted)] as const]),
    ["Since", dateCell(spm.since)],
    ["Because", spm.reason],
    ["Epoch", spm.epoch],
    ["I/O timeout", spm.io_timeout === undefined ? undefined : `${spm.io_timeout} s`],
    ["Lease time", spm.lease_time === undefined ? undefined : `${spm.lease_time} s`],
  ] as const;
}
