import type { ImageId, VolumeId } from "@yagura/std/ids.ts";
import type { VolumeMetadata } from "@yagura/storage-format";
import { type FindingKind, findingKinds, type Severity } from "./finding-kinds.ts";

/** Something that is not as it should be, in words for whoever has to act. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly imageId?: ImageId;
  readonly volumeId?: VolumeId;
  /** What is wrong, with names. */
  readonly what: string;
  /** What that means for the data. */
  readonly meaning: string;
  /** What sets it right. */
  readonly remedy: string;
  /** What the doctor itself can do; absent where it would have to guess. */
  readonly repair?: Repair;
}

/** A change that cannot make anything worse. None of them touches the bytes of a disk. */
export type Repair =
  /** A file that nobody reads, or an empty directory, or a domain that never was one. */
  | { readonly do: "remove"; readonly path: string; readonly is: "file" | "empty directory" | "unborn domain" }
  | { readonly do: "change-record"; readonly path: string; readonly change: RecordChange }
  | { readonly do: "make-lease"; readonly path: string; readonly name: string }
  | { readonly do: "lengthen"; readonly path: string; readonly sizeBytes: number }
  | {
      readonly do: "set-owner";
      /** The domain. */
      readonly path: string;
      readonly uid: number;
      readonly gid: number;
      readonly files: readonly { readonly path: string; readonly mode: number }[];
    };

export type RecordChange = Pick<Partial<VolumeMetadata>, "role" | "parentId">;

interface Where {
  readonly imageId?: ImageId;
  readonly volumeId?: VolumeId;
  readonly repair?: Repair;
}

/** @param what completes the sentence "The doctor finds that …" */
export function finding(kind: FindingKind, what: string, where: Where = {}): Finding {
  return { kind, ...findingKinds[kind], what, ...where };
}

/** Whether somebody has to act. What is merely under way is no reason. */
export function needsAttention({ severity }: Finding): boolean {
  return severity !== "notice";
}
