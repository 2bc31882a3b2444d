import type { HostStorage, NfsVersion } from "@yagura/rest-client";
import type { Command } from "commander";
import { wholeNumber } from "../../arguments/numbers.ts";
import type { Command as CliCommand } from "../../cli.ts";
import { findOne } from "../../find-one.ts";
import { usageProblem } from "../../problem.ts";

export type StorageKind = "nfs" | "posix" | "local";

export interface PlaceOptions {
  readonly host?: string;
  readonly nfsVersion?: string;
  readonly timeo?: number;
  readonly retrans?: number;
  readonly options?: string;
  readonly fs?: string;
}

const nfsVersions: readonly NfsVersion[] = ["auto", "v3", "v4", "v4_0", "v4_1", "v4_2"];

/** What each kind of storage is called in help, with an example of where it is. */
export const kinds: Readonly<Record<StorageKind, { readonly what: string; readonly place: string }>> = {
  nfs: { what: "an NFS export", place: "server:/export/data" },
  posix: { what: "a file system that the hosts can mount", place: "server:/volume, /dev/disk/by-id/…" },
  local: { what: "a directory of one host", place: "/srv/data" },
};

/** The options that say how a kind of storage is reached. */
export function withPlace(command: Command, kind: StorageKind): Command {
  const which = "the host that does it: name or id; by default any that is up";
  if (kind === "local") return command.requiredOption("--host <host>", "whose directory it is: name or id");
  command.option("--host <host>", which).option("--options <list>", "more mount options, separated by commas");
  if (kind === "posix")
    return command.requiredOption("--fs <type>", "the kind of file system, as mount knows it: xfs, ceph …");
  return command
    .option("--nfs-version <version>", `${nfsVersions.join(", ")}; by default what host and server agree on`)
    .option(
      "--timeo <tenths>",
      "how long a request waits, in tenths of a second",
      wholeNumber("--timeo", { min: 1, max: 6000 }),
    )
    .option("--retrans <number>", "how often a request is sent again", wholeNumber("--retrans", { min: 0, max: 100 }));
}

/** "server:/export" in the members of the API. @throws CliProblem */
export function readPlace(kind: StorageKind, place: string, options: PlaceOptions): HostStorage {
  const version = nfsVersions.find((each) => each === options.nfsVersion);
  if (options.nfsVersion !== undefined && version === undefined) {
    throw usageProblem(`there is no NFS version ${options.nfsVersion}`, `Give one of ${nfsVersions.join(", ")}`);
  }
  return {
    type: kind === "posix" ? "posixfs" : kind === "local" ? "localfs" : "nfs",
    ...split(kind, place),
    ...(version !== undefined && { nfs_version: version }),
    ...(options.timeo !== undefined && { nfs_timeo: options.timeo }),
    ...(options.retrans !== undefined && { nfs_retrans: options.retrans }),
    ...(options.options !== undefined && { mount_options: options.options }),
    ...(options.fs !== undefined && { vfs_type: options.fs }),
  };
}

function split(kind: StorageKind, place: string): Pick<HostStorage, "address" | "path"> {
  const parts = /^(\[[^\]]+\]|[^:/]+):(\/.*)$/.exec(place);
  if (kind === "local" || parts === null) {
    if (kind === "nfs") throw usageProblem(`${place} is not an NFS export`, "Give it as server:/export/data");
    return { path: place };
  }
  return { address: parts[1], path: parts[2] };
}

export async function hostOf({ manager }: CliCommand, { host }: PlaceOptions): Promise<{ host?: { id: string } }> {
  return host === undefined ? {} : { host: { id: (await findOne("host", host, manager.hosts)).id } };
}
