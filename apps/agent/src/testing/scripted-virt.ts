import { silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { VirtContext } from "../virt/virt-context.ts";
import { Vms } from "../virt/vms.ts";
import { ScriptedHypervisor } from "./scripted-hypervisor.ts";

/** What operations on VMs work with, in memory and with a clock that the test moves. */
export function scriptedVirt(hypervisor = new ScriptedHypervisor()): VirtContext & {
  readonly clock: FakeClock;
  readonly hypervisor: ScriptedHypervisor;
} {
  const clock = new FakeClock();
  const clocks = { nowMs: () => clock.nowMs(), sinceBootMs: () => clock.monotonicMs() };
  return {
    vms: new Vms(clocks),
    hypervisor,
    images: {
      prepare: () => Promise.reject(new Error("no storage")),
      teardown: async () => undefined,
      setCapacity: async () => undefined,
    },
    clock,
    clocks,
    log: silentLog,
    domainType: "qemu",
    displayAddress: "127.0.0.1",
    nicSource: { kind: "user" },
    nvramDirectory: "/nvram",
    ensureGuestNetwork: async () => undefined,
    readQemuUser: async () => undefined,
    findPid: async () => undefined,
    randomPassword: () => "12345678",
  };
}
