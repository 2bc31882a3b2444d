import { vmLifecycle } from "@yagura/lifecycles";
import type { HostId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db, Tx } from "../../db/database.ts";
import { readHostLoads } from "../../db/queries/host-loads.ts";
import { getHost, listHosts } from "../../db/queries/hosts.ts";
import { getVm } from "../../db/queries/vms.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { startVm as definition, recordStart, type StartVm } from "../../sagas/start-vm.ts";
import type { HostView } from "../../scheduling/host-view.ts";
import { schedule } from "../../scheduling/schedule.ts";
import { type Started, startSaga } from "../started.ts";
import { subject, userOf } from "../subjects.ts";
import { resumeVm } from "./ask-guest.ts";
import { formatGuest, type GuestParts, readGuestParts, startProblems } from "./describe-guest.ts";
import { readAffinity } from "./read-affinity.ts";

const attempt = "Cannot run VM.";

export interface VmStart {
  readonly vmId: VmId;
  readonly isPaused?: boolean;
  /** Only on one of these hosts. */
  readonly onlyHosts?: readonly HostId[];
}

/**
 * Chooses a host and starts the guest there. The choice stands in the transaction that records it: no disk, domain or host
 * changes between, and of two VMs that are started at once the second sees what was promised to the first.
 * A guest that is paused goes on where it is: so clients of oVirt resume one.
 */
export async function startVm(context: OpContext, asked: VmStart): Promise<Started> {
  await context.authorize("run_vm", { type: "vm", id: asked.vmId });
  const { name, run } = await getVm(context.db, asked.vmId);
  if (run.status === "paused") return resumeVm(context, asked.vmId);
  return startSaga(context, attempt, definition, (tx) => plan(tx, context, asked), {
    description: `Launching VM ${name}`,
    locks: [`vm:${asked.vmId}`],
  });
}

async function plan(tx: Tx, context: OpContext, { vmId, isPaused = false, onlyHosts }: VmStart): Promise<StartVm> {
  const vm = await getVm(tx, vmId);
  refuseIf(attempt, statusProblems(vm));
  const parts = await readGuestParts(tx, vm);
  refuseIf(attempt, await startProblems(tx, parts));
  const host = await chooseHost(tx, parts, onlyHosts);
  const params = {
    vmId,
    vmName: vm.name,
    host: { ...subject(host), id: host.id },
    domainXml: formatGuest({
      ...parts,
      hasKvm: host.facts?.hasKvm ?? false,
      displayPassword: crypto.randomUUID().slice(0, 8),
    }),
    hardware: vm.hardware,
    isPaused,
    ...userOf(context),
  };
  await recordStart(tx, params, context.clock.nowMs());
  return params;
}

function statusProblems({ run }: Vm): string[] {
  if (vmLifecycle.canHappen(run.status, "start")) return [];
  switch (run.status) {
    case "image_locked":
      return ["VM is locked."];
    case "unknown":
      return ["VM may be running on a Host that does not answer."];
    default:
      return ["VM is running."];
  }
}

async function chooseHost(db: Db, parts: GuestParts, onlyHosts: readonly HostId[] | undefined): Promise<Host> {
  const { vm } = parts;
  const { cpu, memoryBytes } = vm.hardware;
  const networks = parts.nics.flatMap(({ nic, networkName }) =>
    nic.isPlugged && networkName !== undefined ? [networkName] : [],
  );
  const decision = schedule(
    {
      clusterId: vm.clusterId,
      memoryBytes,
      cpuCount: cpu.sockets * cpu.cores * cpu.threads,
      networks: [...new Set(networks)],
      affinity: await readAffinity(db, vm),
      ...(onlyHosts !== undefined && { onlyHosts }),
    },
    await readHostViews(db, vm),
  );
  if (decision.do === "nothing") {
    throw new OperationRefused("conflict", attempt, [
      "There is no host that satisfies current scheduling constraints.",
      ...decision.because,
    ]);
  }
  return getHost(db, decision.host.id);
}

async function readHostViews(db: Db, { clusterId }: Vm): Promise<HostView[]> {
  const hosts = await listHosts(db, { clusterId });
  const loads = await readHostLoads(
    db,
    hosts.map((host) => host.id),
  );
  return hosts.map((host) => ({
    id: host.id,
    name: host.name,
    clusterId: host.clusterId,
    isUp: host.status === "up",
    threads: host.facts?.cpu.threads ?? 0,
    freeMemoryBytes: host.statistics?.memoryFreeBytes ?? 0,
    pendingMemoryBytes: loads.get(host.id)?.promisedBytes ?? 0,
    networks: host.facts?.networks ?? [],
    runningVms: loads.get(host.id)?.guests ?? 0,
  }));
}
