import type { HostConnections } from "../hosts/host-connections.ts";
import type { BackgroundTask } from "./driver.ts";
import { connectStorage } from "./tasks/connect-storage.ts";
import { endIdleTransfers } from "./tasks/end-idle-transfers.ts";
import { forgetEndedSessions } from "./tasks/forget-ended-sessions.ts";
import { forgetFinishedJobs } from "./tasks/forget-finished-jobs.ts";
import { forgetOldEvents } from "./tasks/forget-old-events.ts";
import { recoverSagas } from "./tasks/recover-sagas.ts";
import { watchHosts } from "./tasks/watch-hosts.ts";

export interface TaskParts {
  readonly connections: HostConnections;
  /** Reads the Manager's certificates, and renews those that are due. Returns which. */
  readonly renewCertificates: () => Promise<readonly string[]>;
}

/** Everything that the Manager does by itself. */
export function tasks({ connections, renewCertificates }: TaskParts): readonly BackgroundTask[] {
  return [
    watchHosts(connections),
    connectStorage(),
    recoverSagas(),
    endIdleTransfers(),
    forgetFinishedJobs(),
    forgetEndedSessions(),
    forgetOldEvents(),
    { name: "renew-certificates", periodMs: 60 * 60_000, activate: renewCertificates },
  ];
}
