import type { VmId } from "@yagura/std/ids.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import { NoSuchVm, VmExists } from "../errors.ts";
import { Vm, type VmClocks, type VmListener } from "./vm.ts";

/** All VMs of this host, also those that are Down until they are destroyed. */
export class Vms {
  readonly #vms = new Map<VmId, Vm>();
  readonly #listeners = new Set<VmListener>();
  readonly #queue = new KeyedQueue<VmId>();
  readonly #clocks: VmClocks;

  constructor(clocks: VmClocks) {
    this.#clocks = clocks;
  }

  /** @throws VmExists, also when the VM is Down. */
  add(from: { vmId: VmId; name: string; xml: string }): Vm {
    if (this.#vms.has(from.vmId)) throw new VmExists(from.vmId);
    const vm = new Vm(from, this.#clocks, (changed, change) => {
      for (const listener of this.#listeners) listener(changed, change);
    });
    this.#vms.set(from.vmId, vm);
    return vm;
  }

  /** @throws NoSuchVm */
  get(vmId: VmId): Vm {
    const vm = this.#vms.get(vmId);
    if (vm === undefined) throw new NoSuchVm(vmId);
    return vm;
  }

  find(vmId: VmId): Vm | undefined {
    return this.#vms.get(vmId);
  }

  list(): Vm[] {
    return [...this.#vms.values()];
  }

  forget(vmId: VmId): void {
    this.#vms.delete(vmId);
  }

  /** Calls the listener at every change; returns how to end that. */
  onChange(listener: VmListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs operations on one VM one after the other. */
  inTurn<T>(vmId: VmId, operation: () => Promise<T>): Promise<T> {
    return this.#queue.run(vmId, operation);
  }

  /** Resolves when no operation is under way. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }
}
