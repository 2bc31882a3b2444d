// What an agent and its child for one mount say to each other, over Node's IPC with structured cloning.
import type { StorageFiles } from "../storage-files.ts";

/** What a child does: the calls of `StorageFiles`, and the check of a mount before it is used. */
export type FileCall = keyof StorageFiles | "probe";

export type ToChild =
  | { readonly do: "call"; readonly id: number; readonly call: FileCall; readonly args: readonly unknown[] }
  | { readonly do: "stop"; readonly id: number };

export type FromChild =
  | { readonly is: "done"; readonly id: number; readonly value: unknown }
  | { readonly is: "failed"; readonly id: number; readonly message: string; readonly code?: string }
  /** It is still at it: what takes long is not taken for hanging. */
  | { readonly is: "progress"; readonly id: number };

/** What a look at a mount, as who will use it, tells. */
export type Probed =
  | { readonly is: "usable"; readonly hasDirectIo: boolean }
  | {
      readonly is: "unusable";
      readonly because: "no permission" | "read only" | "wrong owner";
      readonly detail: string;
    };
