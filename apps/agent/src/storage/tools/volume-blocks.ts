import { ProgramFailed } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import { bulkMs, isUnsupported, type Watched } from "./qemu-img.ts";
import { runStorageProgram } from "./storage-child.ts";

export interface BlockRange {
  readonly path: string;
  /** Both multiples of 4 KiB. */
  readonly fromBytes: number;
  readonly toBytes: number;
}

export type DataExtent = Omit<BlockRange, "path">;

/** The blocks of plain files, in children that can be killed: such work takes as long as the storage likes. */
export interface VolumeBlocks {
  /** Gives a range its blocks, without writing. False where the file system cannot. Data that are there stay. */
  allocate(range: BlockRange, watched: Watched): Promise<boolean>;
  /** Writes zeroes over a range, making the file longer when it ends before. */
  zero(range: BlockRange & { readonly isDirect: boolean }, watched: Watched): Promise<void>;
  /** Where a file has data, as far as the file system tells: from its beginning on, not overlapping. All else is zeroes. */
  listData(path: string, signal: AbortSignal): Promise<readonly DataExtent[]>;
  /** Makes a file longer, with nothing in it, or shorter. */
  setLength(path: string, sizeBytes: number, signal: AbortSignal): Promise<void>;
}

const CHUNK_BYTES = MiB;
const MAP_MS = 300_000;

export const volumeBlocks: VolumeBlocks = {
  async allocate({ path, fromBytes, toBytes }, { signal }) {
    const args = ["--offset", String(fromBytes), "--length", String(toBytes - fromBytes), "--", path];
    try {
      await runStorageProgram("fallocate", args, { signal, timeoutMs: bulkMs(toBytes - fromBytes) });
      return true;
    } catch (cause) {
      if (cause instanceof ProgramFailed && isUnsupported(cause)) return false;
      throw cause;
    }
  },

  async zero({ path, fromBytes, toBytes, isDirect }, { signal, onProgress }) {
    const lengthBytes = toBytes - fromBytes;
    if (lengthBytes <= 0) return;
    const args = [
      ["if=/dev/zero", `of=${path}`, `bs=${CHUNK_BYTES}`],
      [`count=${lengthBytes}`, "iflag=count_bytes,fullblock", `seek=${fromBytes}`],
      [`oflag=seek_bytes${isDirect ? ",direct" : ""}`, "conv=notrunc,nocreat,fsync", "status=progress"],
    ];
    await runStorageProgram("dd", args.flat(), {
      signal,
      timeoutMs: bulkMs(lengthBytes),
      onOutput(text) {
        const written = parseWritten(text);
        if (written !== undefined) onProgress?.(Math.min(100, Math.floor((written / lengthBytes) * 100)));
      },
    });
  },

  async listData(path, signal) {
    const args = ["map", "--output=json", "-f", "raw", "--", path];
    return parseMap((await runStorageProgram("qemu-img", args, { signal, timeoutMs: MAP_MS })).stdout);
  },

  async setLength(path, sizeBytes, signal) {
    await runStorageProgram("truncate", ["--no-create", `--size=${sizeBytes}`, "--", path], { signal });
  },
};

/** The last number of bytes in what `dd status=progress` printed. */
export function parseWritten(text: string): number | undefined {
  const last = [...text.matchAll(/(\d+) bytes/g)].at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

/** @throws Error when it is not what `qemu-img map` prints */
export function parseMap(text: string): DataExtent[] {
  const all: unknown = JSON.parse(text);
  if (!Array.isArray(all)) throw new Error("qemu-img map printed something else than a list");
  return all.flatMap((extent: { start?: unknown; length?: unknown; data?: unknown }) => {
    const { start, length, data } = extent;
    if (typeof start !== "number" || typeof length !== "number") {
      throw new Error("qemu-img map printed something else than extents");
    }
    return data === false ? [] : [{ fromBytes: start, toBytes: start + length }];
  });
}
