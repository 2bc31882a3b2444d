import { domainPaths, type SanlockHostRecord } from "@yagura/storage-format";
import { diagnose } from "./diagnose.ts";
import { type JudgedHost, judgeHosts } from "./hosts.ts";
import { type ReadOptions, readDomain } from "./read/read-domain.ts";
import { readLockspace, whereLeasesAre } from "./read/read-leases.ts";
import type { Report } from "./report/format-report.ts";
import { type DomainSnapshot, valueIn } from "./snapshot.ts";
import { type WatchOptions, watchHosts } from "./watch-hosts.ts";

/**
 * Looks at a domain and says everything about it that is wrong.
 * @param watch how to find out which hosts are alive; without it nobody waits
 * @throws CannotReadDomain
 */
export async function examineDomain(
  path: string,
  options: ReadOptions & { watch?: WatchOptions } = {},
): Promise<Report> {
  const snapshot = await readDomain(path, options);
  const hosts =
    options.watch === undefined
      ? judgeHosts([{ hosts: hostsOf(snapshot), atSeconds: 0 }])
      : await watchMembers(snapshot, options.watch);
  const { imageId } = options;
  const findings = diagnose(snapshot);
  return {
    snapshot,
    hosts,
    // Of one image alone also what concerns the whole domain is told; of its templates only that they are there.
    findings: findings.filter(
      (found) => imageId === undefined || found.imageId === undefined || found.imageId === imageId,
    ),
  };
}

/** @throws DeadlineExceeded never: the looks are bounded by the times of sanlock */
export function watchMembers(snapshot: DomainSnapshot, watch: WatchOptions): Promise<JudgedHost[]> {
  const leases = whereLeasesAre(domainPaths(snapshot.path), valueIn(snapshot.metadata));
  const look = async (): Promise<readonly SanlockHostRecord[]> => valueIn(await readLockspace(leases))?.hosts ?? [];
  return watchHosts(look, watch);
}

function hostsOf(snapshot: DomainSnapshot): readonly SanlockHostRecord[] {
  return valueIn(snapshot.lockspace)?.hosts ?? [];
}
