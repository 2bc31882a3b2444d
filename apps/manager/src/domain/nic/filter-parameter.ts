import type { Id, NicId } from "@yagura/std/ids.ts";

export type FilterParameterId = Id<"filter-parameter">;

/** What the network filter of a NIC is told: the value of one of its variables, such as `IP`. */
export interface FilterParameter {
  readonly id: FilterParameterId;
  readonly nicId: NicId;
  readonly name: string;
  readonly value: string;
}

const CHARACTERS_MAX = 255;

/** Why libvirt would not take it; none when it would. */
export function filterParameterProblems({ name, value }: Pick<FilterParameter, "name" | "value">): string[] {
  return [
    ...(/^\w+$/.test(name) && name.length <= CHARACTERS_MAX
      ? []
      : ["The name of a network filter parameter is formed of letters, digits and '_'."]),
    ...(/^[\w.:-]+$/.test(value) && value.length <= CHARACTERS_MAX
      ? []
      : ["The value of a network filter parameter is formed of letters, digits, '_', '.', ':' and '-'."]),
  ];
}
