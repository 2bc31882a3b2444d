import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoreFiles } from "@yagura/pki";
import { findId, type HostId, newId } from "@yagura/std/ids.ts";
import { HostIdDamaged } from "./errors.ts";

/** What vendors leave in the firmware of whole series. */
const sharedUuids: readonly string[] = ["03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009"];

export interface HostIdOptions {
  /** The agent's data directory; the id is in its file `host-id`. */
  readonly directory: string;
  readonly files: StoreFiles;
  /** The UUID that the machine's firmware tells, if it can be read. */
  readonly readSystemUuid: () => Promise<string | undefined>;
}

/**
 * This host's id: chosen once, from then on read. The machine's own UUID if that tells it from others, else a random one.
 * @throws HostIdDamaged
 */
export async function ensureHostId({ directory, files, readSystemUuid }: HostIdOptions): Promise<HostId> {
  // Storage may lie below it: QEMU's user must be able to pass.
  await files.prepareDirectory(directory, 0o755);
  const path = join(directory, "host-id");
  const text = await files.read(path, 0o644);
  if (text === undefined) {
    const hostId = findUsableUuid((await readSystemUuid()) ?? "") ?? newId<HostId>();
    await files.write(path, `${hostId}\n`, 0o644);
    return hostId;
  }
  const hostId = findId<HostId>(text.trim());
  if (hostId === undefined) {
    throw new HostIdDamaged(
      `${path} has no UUID in it: write this host's id back into it, or remove it to become a new host`,
    );
  }
  return hostId;
}

/** The UUID in lower case if it is one that only this machine should have. */
export function findUsableUuid(text: string): HostId | undefined {
  const id = findId<HostId>(text.trim());
  if (id === undefined || sharedUuids.includes(id)) return undefined;
  const digits = new Set(id.replaceAll("-", ""));
  // All zeros, all ones and the like: nobody has set it.
  return digits.size > 2 ? id : undefined;
}

/** From the firmware (DMI). Only root may read it; whoever cannot has a random id. */
export async function readDmiUuid(path = "/sys/class/dmi/id/product_uuid"): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    // No DMI (a container, another architecture) or no right to read it: there is no such UUID for us.
    return undefined;
  }
}
