import type { Clock } from "@yagura/std/clock.ts";
import type { HostConnections } from "../hosts/host-connections.ts";
import type { BackgroundTask } from "./driver.ts";
import { DomainSights } from "./storage/domain-sights.ts";
import { ToldPools } from "./storage/told-pools.ts";
import { connectStorage } from "./tasks/connect-storage.ts";
import { endIdleTransfers } from "./tasks/end-idle-transfers.ts";
import { forgetEndedSessions } from "./tasks/forget-ended-sessions.ts";
import { forgetFinishedJobs } from "./tasks/forget-finished-jobs.ts";
import { forgetOldEvents } from "./tasks/forget-old-events.ts";
import { recoverSagas } from "./tasks/recover-sagas.ts";
import { watchHosts } from "./tasks/watch-hosts.ts";

export interface TaskParts {
  readonly clock: Clock;
  readonly connections: HostConnections;
  /** How long a host may alone miss a storage domain before it counts as unusable. */
  readonly domainGraceMs: number;
  /** Reads the Manager's certificates, and renews those that are due. Returns which. */
  readonly renewCertificates: () => Promise<readonly string[]>;
}

/** Everything that the Manager does by itself. */
export function tasks({ clock, connections, domainGraceMs, renewCertificates }: TaskParts): readonly BackgroundTask[] {
  const storage = { told: new ToldPools(), sights: new DomainSights(clock) };
  return [
    watchHosts(connections, storage),
    connectStorage({ ...storage, graceMs: domainGraceMs }),
    recoverSagas(),
    endIdleTransfers(),
    forgetFinishedJobs(),
    forgetEndedSessions(),
    forgetOldEvents(),
    { name: "renew-certificates", periodMs: 60 * 60_000, activate: renewCertificates },
  ];
}
