import { examineDomain } from "../examine.ts";
import type { ReadOptions } from "../read/read-domain.ts";
import type { Report } from "../report/format-report.ts";
import { valueIn } from "../snapshot.ts";
import { applyRepair } from "./apply-repair.ts";
import { planRepair, type RepairStep } from "./plan-repair.ts";

export interface RepairOptions extends ReadOptions {
  /** Names the directory for the records as they were; a time, for people. */
  readonly backupName: string;
  /** Asked before each round: a chain that was corrected may show what else is wrong. */
  readonly agree: (steps: readonly RepairStep[]) => Promise<boolean>;
  readonly onDone?: (step: RepairStep) => void;
}

/** Where records are kept before they are changed: nobody looks for anything in that directory of a domain. */
export const BACKUP_DIRECTORY = "doctor-backup";
/** Of parents first, then of roles; more would be a mistake of ours. */
const ROUNDS_MAX = 5;

/**
 * Repairs what can be repaired without guessing, and touches no bytes of a disk. Whoever calls has made sure that nobody
 * else uses the domain.
 * @returns what is wrong afterwards, or `undefined` when it was not agreed to
 * @throws CannotReadDomain, CannotRepair
 */
export async function repairDomain(path: string, options: RepairOptions): Promise<Report | undefined> {
  for (let round = 0; ; round++) {
    const report = await examineDomain(path, options);
    const steps = planRepair(report);
    const metadata = valueIn(report.snapshot.metadata);
    if (steps.length === 0 || metadata === undefined || round === ROUNDS_MAX) return report;
    if (!(await options.agree(steps))) return undefined;
    const target = { path, metadata, backupPath: `${path}/${BACKUP_DIRECTORY}/${options.backupName}` };
    for (const step of steps) {
      await applyRepair(step.repair, target);
      options.onDone?.(step);
    }
  }
}
