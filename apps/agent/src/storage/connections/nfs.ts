import type { StorageConnection } from "../contract/connections.ts";
import { StorageError } from "../errors.ts";
import { listOptions, type MountSource } from "./mount-source.ts";

/**
 * A server that does not answer fails its callers after a minute (10 s, 20 s, 30 s) instead of never: sanlock and the
 * watchdog take over then. Without a cache shared among mounts, one mount cannot be held up by another's.
 * vdsm fd4b0df lib/vdsm/storage/storageServer.py
 */
const defaults = { timeoutDeciseconds: 100, retransmissions: 3 } as const;

const servers = /^(\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?):(\/\S*)$/;
/** These have fields of their own. */
const fieldsNotOptions = ["vers", "nfsvers", "minorversion", "timeo", "retrans"];

/**
 * What to mount for an NFS connection.
 * @throws StorageError 390 for a path that is none, 1000 for parameters that are wrong
 */
export function nfsSource({ path, mount = {} }: StorageConnection): MountSource {
  const { nfsVersion = "auto", timeoutDeciseconds, retransmissions } = { ...defaults, ...mount };
  requireWithin("timeo", timeoutDeciseconds, 1, 6_000);
  requireWithin("retrans", retransmissions, 0, 100);
  const more = listOptions(mount.options);
  const twice = more.find((option) => fieldsNotOptions.includes(option.split("=", 1)[0] ?? ""));
  if (twice !== undefined) {
    throw new StorageError(
      "InvalidParameter",
      `${twice} is not given as a mount option: it has a parameter of its own`,
    );
  }
  const options = ["soft", "nosharecache", `timeo=${timeoutDeciseconds}`, `retrans=${retransmissions}`];
  if (nfsVersion !== "auto") options.push(`vers=${nfsVersion}`);
  options.push(...more);
  // Locks of version 3 outlive the host that had them, and would keep its guests from starting elsewhere.
  const mayBeVersion3 = nfsVersion === "auto" || nfsVersion === "3";
  if (mayBeVersion3 && !more.includes("lock") && !more.includes("nolock")) options.push("nolock");
  return { source: normalizedExport(path), type: "nfs", options };
}

/** `server:/path` with single slashes and none at the end, as oVirt names the mount's directory after it. */
export function normalizedExport(path: string): string {
  const parts = servers.exec(path);
  const exported = parts?.[3];
  if (parts === null || exported === undefined || exported.split("/").some((name) => name === "." || name === "..")) {
    throw new StorageError(
      "StorageDomainIllegalRemotePath",
      `not an NFS export, server:/path with an IPv6 address in brackets: ${JSON.stringify(path.slice(0, 200))}`,
    );
  }
  const trimmed = exported.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  return `${parts[1]}:${trimmed === "" ? "/" : trimmed}`;
}

function requireWithin(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new StorageError("InvalidParameter", `${name} is ${value}; it can be ${min} to ${max}`);
}
