import type { NicId, TemplateId, VmId, VnicProfileId } from "@yagura/std/ids.ts";

export type NicInterface = "virtio" | "e1000" | "e1000e" | "rtl8139";

export interface Nic {
  readonly id: NicId;
  readonly owner: { readonly vmId: VmId } | { readonly templateId: TemplateId };
  readonly name: string;
  readonly interface: NicInterface;
  /** Lower case with colons; a template's NIC has none. */
  readonly macAddress?: string;
  /** None: the NIC is there, but on no network. */
  readonly vnicProfileId?: VnicProfileId;
  readonly isLinked: boolean;
  readonly isPlugged: boolean;
}

export interface NewNic {
  readonly id: NicId;
  readonly name: string;
  readonly interface?: NicInterface;
  /** By default the next free address of the pool. */
  readonly macAddress?: string;
  readonly vnicProfileId?: VnicProfileId;
  readonly isLinked?: boolean;
  readonly isPlugged?: boolean;
}
