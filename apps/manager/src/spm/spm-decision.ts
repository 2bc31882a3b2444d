import type { HostId } from "@yagura/std/ids.ts";

/** What to do about the role of the SPM now, and why: the reason is told to people. */
export type SpmDecision =
  /** `spm`: the host that has the role, if there is one that can be told what to do. */
  | { readonly do: "nothing"; readonly because: string; readonly spm?: HostId }
  | { readonly do: "start"; readonly host: HostId; readonly because: string }
  | { readonly do: "stop"; readonly host: HostId; readonly because: string }
  /** No host reads the master domain, another domain could take its place: the pool must be reconstructed on that one. */
  | { readonly do: "replace the master"; readonly because: string };
