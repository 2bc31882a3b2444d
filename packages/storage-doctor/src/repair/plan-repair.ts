import { unreachable } from "@yagura/std/assert.ts";
import type { Repair } from "../finding.ts";
import type { Report } from "../report/format-report.ts";

/** One change, in words for whoever has to agree. */
export interface RepairStep {
  readonly repair: Repair;
  readonly words: string;
}

/**
 * What the doctor would do about these findings, in the order in which it would: nothing where it cannot even say what
 * the domain is.
 */
export function planRepair({ snapshot, findings }: Pick<Report, "snapshot" | "findings">): RepairStep[] {
  if (snapshot.metadata.is !== "there") return [];
  const repairs = findings.flatMap(({ repair }) => repair ?? []);
  return repairs
    .toSorted((a, b) => order.indexOf(a.do) - order.indexOf(b.do))
    .map((repair) => ({ repair, words: describe(repair) }));
}

/** Owners last: what was made or written on the way belongs to the right one then. */
const order: readonly Repair["do"][] = ["remove", "change-record", "lengthen", "make-lease", "set-owner"];

function describe(repair: Repair): string {
  switch (repair.do) {
    case "remove":
      return `remove the ${repair.is} ${repair.path}`;
    case "change-record": {
      const { role, parentId } = repair.change;
      const changes = [role && `VOLTYPE=${role}`, parentId && `PUUID=${parentId}`].filter((text) => text !== undefined);
      return `set ${changes.join(" and ")} in ${repair.path}`;
    }
    case "lengthen":
      return `make ${repair.path} ${repair.sizeBytes} bytes long; what is in it stays`;
    case "make-lease":
      return `make a free lease in ${repair.path}`;
    case "set-owner":
      return `give ${repair.files.length} files and directories of ${repair.path} to ${repair.uid}:${repair.gid}, with modes that let owner and group in`;
    default:
      return unreachable(repair);
  }
}
