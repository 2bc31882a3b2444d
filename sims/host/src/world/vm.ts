import type { VmStatus } from "@yagura/agent-protocol";
import type { DomainDescription } from "@yagura/domain-xml";
import type { VmExit } from "./vm-life.ts";

/** One guest of a simulated host. Only `vms.ts` changes it. */
export interface SimulatedVm {
  readonly vmId: string;
  readonly xml: string;
  readonly domain: DomainDescription;
  readonly startedAtMs: number;
  readonly pid: number;
  readonly startProblem: string | undefined;
  status: VmStatus;
  statusTime: number;
  pauseCode: string;
  hasGuestAgent: boolean;
  exit: VmExit | undefined;
  /** Who knows the password may open the console. */
  consoleTicket?: { readonly type: string; readonly password: string; readonly ttlSeconds: number };
  /** Changes with the devices, so that the Manager reads them again. */
  hash: number;
}

/** The host's name for the n-th interface of a guest. */
export function tapOf(vm: SimulatedVm, index: number): string {
  return `vnet${vm.pid % 1000}-${index}`;
}
