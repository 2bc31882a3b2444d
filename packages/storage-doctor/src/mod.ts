/** Explains a storage domain in plain words, and repairs what can be repaired without guessing. */
export { diagnose, diagnoseTogether } from "./diagnose.ts";
export { examineDomain, watchMembers } from "./examine.ts";
export { type Finding, finding, needsAttention, type Repair } from "./finding.ts";
export { type FindingKind, findingKinds, type Severity } from "./finding-kinds.ts";
export { findSpm, type HostCondition, type JudgedHost, judgeHosts, whoIsAtWork } from "./hosts.ts";
export { CannotReadDomain, findDomains, type ReadOptions, readDomain } from "./read/read-domain.ts";
export { hasLock } from "./read/read-lock.ts";
export { applyRepair, CannotRepair, type RepairTarget } from "./repair/apply-repair.ts";
export { planRepair, type RepairStep } from "./repair/plan-repair.ts";
export { BACKUP_DIRECTORY, type RepairOptions, repairDomain } from "./repair/repair-domain.ts";
export { formatFinding, formatReport, type Report } from "./report/format-report.ts";
export { reportToJson } from "./report/report-to-json.ts";
export type { DomainSnapshot } from "./snapshot.ts";
export { type WatchOptions, watchHosts } from "./watch-hosts.ts";
