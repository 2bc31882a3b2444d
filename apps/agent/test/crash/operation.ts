import type { StorageDomainId, VolumeId } from "@yagura/std/ids.ts";
import type { FindingKind } from "@yagura/storage-doctor";
import type { NewDomain } from "../../src/storage/contract/domains.ts";
import type { Storage } from "../../src/storage/storage.ts";

/** Something that changes what is on storage, as the Manager asks for it. */
export interface Operation {
  /** What must be there before; not part of what is tried. */
  prepare?(storage: Storage, paths: OperationPaths): Promise<unknown>;
  /** Ends when the operation has, well or not. */
  act(storage: Storage, paths: OperationPaths): Promise<unknown>;
  /**
   * What the doctor may find between the crash and the next attempt: what is no task of the SPM has no journal; what it
   * leaves is marked as not to be trusted, or is overwritten by whoever comes next.
   */
  readonly leaves?: readonly FindingKind[];
  /** What it finds although all went well: the Manager's next step is about that. */
  readonly ends?: readonly FindingKind[];
  /** What may be between old and new until then: nothing that a guest sees depends on it. */
  readonly changes?: readonly (VolumeId | StorageDomainId)[];
  /** It leaves lockspaces: who comes next must not take a membership that is about to end for one. */
  readonly endsMemberships?: boolean;
  /** Each attempt counts: what is compared does not. */
  readonly countsAttempts?: boolean;
}

export interface OperationPaths {
  /** The storage on which there is no domain yet. */
  readonly empty: Pick<NewDomain, "type" | "path">;
  /** Of the file of the raw disk. */
  readonly raw: string;
}
