import { vmLifecycle } from "@yagura/lifecycles";
import type { HostId, VmId } from "@yagura/std/ids.ts";
import type { OpContext } from "../../context.ts";
import type { Db } from "../../db/database.ts";
import { getHost, listHosts } from "../../db/queries/hosts.ts";
import { getVm, listVms } from "../../db/queries/vms.ts";
import { OperationRefused, refuseIf } from "../../domain/errors.ts";
import type { Host } from "../../domain/host/host.ts";
import type { Vm } from "../../domain/vm/vm.ts";
import { startVm as definition } from "../../sagas/start-vm.ts";
import type { HostView } from "../../scheduling/host-view.ts";
import { schedule } from "../../scheduling/schedule.ts";
import { type Started, startSaga } from "../started.ts";
import { subject, userOf } from "../subjects.ts";
import { formatGuest, type GuestParts, readGuestParts, startProblems } from "./describe-guest.ts";

const attempt = "Cannot run VM.";

export interface VmStart {
  readonly vmId: VmId;
  readonly isPaused?: boolean;
  /** Only on one of these hosts. */
  readonly onlyHosts?: readonly HostId[];
}

/** Chooses a host and starts the guest there. */
export async function startVm(context: OpContext, asked: VmStart): Promise<Started> {
  await context.authorize("run_vm", { type: "vm", id: asked.vmId });
  const { db } = context;
  const vm = await getVm(db, asked.vmId);
  refuseIf(attempt, statusProblems(vm));
  const parts = await readGuestParts(db, vm);
  refuseIf(attempt, await startProblems(db, parts));
  const host = await chooseHost(db, parts, asked.onlyHosts);
  const params = {
    vmId: vm.id,
    vmName: vm.name,
    host: { ...subject(host), id: host.id },
    domainXml: formatGuest({
      ...parts,
      hasKvm: host.facts?.hasKvm ?? false,
      displayPassword: crypto.randomUUID().slice(0, 8),
    }),
    hardware: vm.hardware,
    isPaused: asked.isPaused ?? false,
    ...userOf(context),
  };
  return startSaga(context, attempt, definition, params, {
    description: `Launching VM ${vm.name}`,
    locks: [`vm:${vm.id}`],
    prepare: async (tx) => refuseIf(attempt, statusProblems(await getVm(tx, vm.id))),
  });
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
  const [hosts, vms] = [await listHosts(db, { clusterId }), await listVms(db)];
  return hosts.map((host) => {
    const here = vms.filter((vm) => vm.run.hostId === host.id);
    // A guest that is being launched has its memory promised, but not taken.
    const launching = here.filter((vm) => vm.run.status === "wait_for_launch");
    return {
      id: host.id,
      name: host.name,
      clusterId: host.clusterId,
      isUp: host.status === "up",
      threads: host.facts?.cpu.threads ?? 0,
      freeMemoryBytes: host.statistics?.memoryFreeBytes ?? 0,
      pendingMemoryBytes: launching.reduce((sum, vm) => sum + vm.hardware.memoryBytes, 0),
      networks: host.facts?.networks ?? [],
      runningVms: here.length,
    };
  });
}
