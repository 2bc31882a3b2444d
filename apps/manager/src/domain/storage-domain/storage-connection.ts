import type { HostId, Id } from "@yagura/std/ids.ts";

export type StorageConnectionId = Id<"storage-connection">;

export type StorageType = "localfs" | "nfs" | "posixfs";

/** Versions of NFS as the REST API names them; `v4` lets client and server agree on the newest 4.x. */
export const nfsVersions = ["auto", "v3", "v4", "v4_0", "v4_1", "v4_2"] as const;
export type NfsVersion = (typeof nfsVersions)[number];

/** How storage is mounted; what is absent is as the host's defaults have it. */
export interface MountSettings {
  readonly nfsVersion?: NfsVersion;
  /** How long an NFS request waits for its answer, in tenths of a second. */
  readonly nfsTimeoutDeciseconds?: number;
  /** How often an NFS request is sent again. */
  readonly nfsRetransmissions?: number;
  readonly mountOptions?: string;
  /** What kind of file system a POSIX one is: "xfs", "ceph". */
  readonly vfsType?: string;
}

/** Where storage is, and how it is mounted. */
export interface StorageLocation extends MountSettings {
  readonly address?: string;
  readonly path: string;
}

/** Where the storage is. A local one belongs to one host. */
export interface StorageConnection extends MountSettings {
  readonly id: StorageConnectionId;
  readonly type: StorageType;
  /** Empty for a local directory, and where the path alone says what is mounted. */
  readonly address: string;
  readonly path: string;
  readonly hostId?: HostId;
}

/** "server:/export", or a directory, as hosts are told it and people read it. */
export function locationOf({ address, path }: Pick<StorageConnection, "address" | "path">): string {
  return address === "" ? path : `${address}:${path}`;
}

/**
 * A path in its one spelling: without a slash at its end, and of a directory without double ones. Two spellings would be two
 * connections, and two domains, in one place. What a POSIX file system is mounted from ("//server/share") is its own matter.
 */
export function plainPath(type: StorageType, path: string): string {
  const single = type === "posixfs" ? path : path.replace(/\/{2,}/g, "/");
  return single.replace(/(.)\/+$/, "$1");
}

const PATH_LENGTH_MAX = 1024;
const OPTIONS_LENGTH_MAX = 1024;

/** Why no host could connect to it; none when one may try. */
export function connectionProblems(connection: StorageConnection): string[] {
  switch (connection.type) {
    case "localfs":
      return localProblems(connection);
    case "nfs":
      return nfsProblems(connection);
    case "posixfs":
      return posixProblems(connection);
  }
}

function localProblems({ path, address, ...settings }: StorageConnection): string[] {
  return [
    ...pathProblems(path),
    ...(isDirectory(path) ? [] : ["The path of the storage must be an absolute path of a directory."]),
    ...(address === "" ? [] : ["Local storage has no address."]),
    ...foreignSettings(settings, []),
  ];
}

function nfsProblems({ address, path, ...settings }: StorageConnection): string[] {
  return [
    ...(isServer(address) ? [] : ["The address of the NFS server must be a host name or an IP address."]),
    ...pathProblems(path),
    ...(path.startsWith("/") && !hasDots(path) ? [] : ["The path of the NFS export must be absolute, without .."]),
    ...numberProblems("nfs_timeo", settings.nfsTimeoutDeciseconds, { min: 1, max: 6000 }),
    ...numberProblems("nfs_retrans", settings.nfsRetransmissions, { min: 0, max: 100 }),
    ...optionsProblems(settings.mountOptions),
    ...foreignSettings(settings, ["nfsVersion", "nfsTimeoutDeciseconds", "nfsRetransmissions", "mountOptions"]),
  ];
}

function posixProblems({ address, path, ...settings }: StorageConnection): string[] {
  const { vfsType = "" } = settings;
  return [
    ...pathProblems(path),
    ...(path === "" || path.startsWith("-") ? ["The path of the storage must say what is mounted."] : []),
    ...(address === "" || isServer(address)
      ? []
      : ["The address of the storage must be a host name or an IP address."]),
    ...(/^[a-z][a-z0-9_.-]{0,31}$/.test(vfsType)
      ? []
      : ['The VFS type must name the kind of the file system, as "xfs".']),
    ...optionsProblems(settings.mountOptions),
    ...foreignSettings(settings, ["vfsType", "mountOptions"]),
  ];
}

/** What this kind of storage does not know would be forgotten without a word. */
function foreignSettings(settings: MountSettings, known: readonly (keyof MountSettings)[]): string[] {
  const names: Readonly<Record<keyof MountSettings, string>> = {
    nfsVersion: "nfs_version",
    nfsTimeoutDeciseconds: "nfs_timeo",
    nfsRetransmissions: "nfs_retrans",
    mountOptions: "mount_options",
    vfsType: "vfs_type",
  };
  const keys = Object.keys(names) as (keyof MountSettings)[];
  const foreign = keys.filter((key) => settings[key] !== undefined && !known.includes(key));
  return foreign.map((key) => `This type of storage has no ${names[key]}.`);
}

function numberProblems(
  name: string,
  value: number | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): string[] {
  const isRight = value === undefined || (Number.isSafeInteger(value) && value >= min && value <= max);
  return isRight ? [] : [`The ${name} must be a whole number from ${min} to ${max}.`];
}

/** What the host sets itself may not be set twice, or differently. */
const reserved = ["nfsvers", "vers", "minorversion", "protocol_version", "vfs_type", "timeo", "retrans"];

function optionsProblems(options: string | undefined): string[] {
  if (options === undefined) return [];
  if (!/^[\x21-\x7e]*$/.test(options) || options.length > OPTIONS_LENGTH_MAX) {
    return ["The mount options must be written without spaces, separated by commas."];
  }
  const taken = options.split(",").filter((option) => reserved.includes(option.split("=", 1)[0] ?? ""));
  return taken.map((option) => `The mount option ${option} has a setting of its own; use that.`);
}

function isDirectory(path: string): boolean {
  return path.startsWith("/") && path !== "/" && !hasDots(path);
}

function hasDots(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

function pathProblems(path: string): string[] {
  return [
    ...(/^\P{Cc}*$/u.test(path) ? [] : ["The path of the storage must not have control characters in it."]),
    ...(path.length <= PATH_LENGTH_MAX
      ? []
      : [`The path of the storage must have at most ${PATH_LENGTH_MAX} characters.`]),
  ];
}

function isServer(address: string): boolean {
  const isName = /^[A-Za-z0-9_]([A-Za-z0-9._-]{0,253}[A-Za-z0-9_])?$/.test(address);
  return isName || /^\[[0-9A-Fa-f:.]{2,45}(%[\w.-]{1,15})?\]$/.test(address);
}
