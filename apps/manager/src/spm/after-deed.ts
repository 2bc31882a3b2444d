// What a view of the pool is after something was done, as the host itself answered: nobody else need be asked again before
// the next step, and a handover has several. What the answers do not tell, the next look sees.
import type { HostId } from "@yagura/std/ids.ts";
import type { HostView, Lease, PoolView } from "./pool-view.ts";

/** A host gave the role up: nobody has the lease that it had. */
export function afterStop({ recorded: _, ...view }: PoolView, hostId: HostId): PoolView {
  const stopped = view.hosts.find(({ id }) => id === hostId);
  const free = (lease: Lease): Lease => (lease.holder === stopped?.number ? { ...lease, holder: "none" } : lease);
  return {
    ...view,
    hosts: view.hosts.map((host) => ({
      ...host,
      ...(host.id === hostId && { role: "free" as const }),
      ...(host.lease !== undefined && { lease: free(host.lease) }),
    })),
    movedAgoMs: 0,
  };
}

/** A host became SPM, and says under which lease. */
export function afterStart(view: PoolView, hostId: HostId, lease: Lease): PoolView {
  const became = (host: HostView): HostView => (host.id === hostId ? { ...host, role: "spm", lease } : host);
  return { ...view, hosts: view.hosts.map(became), movedAgoMs: 0 };
}
