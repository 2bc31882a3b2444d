import type { TemplateStatus } from "@yagura/lifecycles";
import { blankUuid, type ClusterId, type TemplateId, type UserId } from "@yagura/std/ids.ts";
import type { OwnIcons } from "../icon/icon.ts";
import type { VmType } from "../vm/vm.ts";
import type { VmHardware } from "../vm/vm-hardware.ts";

export interface Template extends OwnIcons {
  readonly id: TemplateId;
  readonly name: string;
  readonly description: string;
  readonly comment: string;
  /** The Blank template belongs to no cluster. */
  readonly clusterId?: ClusterId;
  readonly status: TemplateStatus;
  readonly type: VmType;
  readonly hardware: VmHardware;
  readonly isDeleteProtected: boolean;
  readonly createdAtMs: number;
  readonly createdBy?: UserId;
}

/** Clients know it by this id; it has no disks and the default hardware. */
export const blankTemplateId = blankUuid as TemplateId;
