import type { HostId, Id, VmId } from "@yagura/std/ids.ts";

export type AffinityLabelId = Id<"affinity-label">;

/** A name under which VMs and hosts are put into affinity groups together. */
export interface AffinityLabel {
  readonly id: AffinityLabelId;
  readonly name: string;
  readonly vmIds: readonly VmId[];
  readonly hostIds: readonly HostId[];
}

/** What a label can be on. */
export type LabelledType = "vm" | "host";

const NAME_CHARACTERS_MAX = 50;

/** Why a label cannot be called so; none when it can. */
export function affinityLabelNameProblems(name: string): string[] {
  return [
    ...(/^[\p{L}\p{N}_-]+$/u.test(name)
      ? []
      : ["The name for affinity label is invalid. Only letters, numbers, '-', and '_' are valid characters."]),
    ...(name.length > NAME_CHARACTERS_MAX
      ? [`An affinity label name must be 1-${NAME_CHARACTERS_MAX} characters long.`]
      : []),
  ];
}
