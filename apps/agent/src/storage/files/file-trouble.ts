import { StorageError, type StorageErrorKind } from "../errors.ts";
import { errnoOf } from "./errno.ts";
import type { StorageFiles } from "./storage-files.ts";

type Trouble = readonly [StorageErrorKind, because: string];

const away = (because: string): Trouble => ["StorageDomainAccessError", because];
const refused = away(
  "user and group 36 (vdsm:kvm) may not do that there; look at its owner and mode, and at the export",
);
const unanswered = away("its server does not answer; is it up, and the network to it?");
const lost = away("its device is gone; look at the connections of the disk");
const damaged = away("its file system is damaged; have it checked");
const full = (because: string): Trouble => ["NoSpaceLeftOnDomain", because];

/** What the system says of storage that is in trouble. The rest, such as a file that is not there, is for the caller to judge. */
const troubles: Readonly<Record<string, Trouble>> = {
  ESTALE: ["FileStorageDomainStaleNFSHandle", "its export was replaced or withdrawn; look at the server's exports"],
  EACCES: refused,
  EPERM: refused,
  EROFS: away("it is read-only; look at the export, and at whether its file system had errors"),
  EIO: away("reading or writing fails; look at the server or disk, and at this host's kernel log"),
  ETIMEDOUT: unanswered,
  ECONNREFUSED: unanswered,
  ECONNRESET: unanswered,
  ENOTCONN: unanswered,
  EHOSTDOWN: unanswered,
  EHOSTUNREACH: unanswered,
  ENETDOWN: unanswered,
  ENETUNREACH: unanswered,
  ENODEV: lost,
  ENXIO: lost,
  EREMOTEIO: lost,
  // "Structure needs cleaning", and what XFS says of a wrong checksum.
  EUCLEAN: damaged,
  EBADMSG: damaged,
  ENOSPC: full("no space is left"),
  EDQUOT: full("the quota is used up"),
};

/** What a file operation failed for, as an error of storage where it is one. The system's own words are its cause. */
export function asTrouble(error: unknown, path: string): unknown {
  const trouble = troubles[errnoOf(error) ?? ""];
  if (trouble === undefined) return error;
  const [kind, because] = trouble;
  return new StorageError(kind, `cannot use the storage at ${path}: ${because}`, { cause: error });
}

/** The same files, which tell trouble with the storage as such. */
export function tellTrouble(files: StorageFiles): StorageFiles {
  const calls = Object.entries(files).map(([name, call]: [string, AnyCall]) => [
    name,
    async (...args: readonly unknown[]) => {
      try {
        return await call(...args);
      } catch (error) {
        throw asTrouble(error, String(args[0]));
      }
    },
  ]);
  // Same names, same functions, only their errors differ.
  return Object.fromEntries(calls) as StorageFiles;
}

type AnyCall = (...args: readonly unknown[]) => Promise<unknown>;
