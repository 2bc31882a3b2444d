import { KiB, MiB } from "@yagura/std/units.ts";
import { parseMeasure, parsePercent, parseQemuImageInfo, type QemuImageInfo } from "./qemu-img-output.ts";
import { runStorageProgram } from "./storage-child.ts";

export type QemuFormat = "raw" | "qcow2";

/** An image that stands somewhere. */
export interface ImageFile {
  readonly path: string;
  readonly format: QemuFormat;
  /** Past the host's page cache: on shared storage nothing may wait there that is written when the lease is gone. */
  readonly isDirect: boolean;
}

/** What a call of a running program is given, and tells. */
export interface Watched {
  readonly signal: AbortSignal;
  /** Hears how much is done, from 0 to 100. */
  readonly onProgress?: (percent: number) => void;
}

/** The calls of qemu-img that storage makes; parses its output, decides nothing. */
export interface QemuImg {
  create(image: NewQemuImage, signal: AbortSignal): Promise<void>;
  info(path: string, format: QemuFormat, signal: AbortSignal): Promise<QemuImageInfo>;
  /** Copies into an image that is there already, and is at least as large. */
  convert(conversion: Conversion, watched: Watched): Promise<void>;
  /** Only upwards. Refused by QEMU's own lock while a guest has the image open, on any host that locks through the storage. */
  resize(image: ImageFile & { readonly sizeBytes: number }, signal: AbortSignal): Promise<void>;
  /** How many bytes the file of an image with this content would have. */
  measure(measured: Measured, signal: AbortSignal): Promise<number>;
  /** `compat`: "0.10" or "1.1". */
  amend(image: ImageFile & { readonly compat: string }, signal: AbortSignal): Promise<void>;
  /** Writes what `top` has into `basePath`, one of those below it. `top` stays as it is. */
  commit(
    top: ImageFile & { readonly basePath: string; readonly capacityBytes: number },
    watched: Watched,
  ): Promise<void>;
  /** Says in the image that it stands on another one now, whose content makes no difference. */
  rebase(image: ImageFile & { readonly backing: Backing }, signal: AbortSignal): Promise<void>;
  /** Gives clusters free that an interrupted program took and nothing refers to. */
  repairLeaks(image: ImageFile, signal: AbortSignal): Promise<void>;
}

export interface Backing {
  /** Relative to the image's own directory, so that the domain can be mounted elsewhere. */
  readonly name: string;
  readonly format: QemuFormat;
}

export interface NewQemuImage {
  readonly path: string;
  readonly format: QemuFormat;
  readonly sizeBytes: number;
  readonly isPreallocated: boolean;
  /** Of qcow2; by default "1.1". */
  readonly compat?: string;
  readonly backing?: Backing;
}

export interface Conversion {
  readonly from: ImageFile;
  /** With `backing` only the topmost layer of the source is copied: what lies below is there too. */
  readonly to: ImageFile & { readonly backing?: Backing };
  /**
   * What the target holds: "zeroes" need not be written again; "anything" is overwritten as a whole, and keeps its blocks.
   */
  readonly target: "zeroes" | "anything";
  /** How much there is to copy at most: the deadline depends on it. */
  readonly capacityBytes: number;
}

export interface Measured {
  readonly path: string;
  readonly format: QemuFormat;
  readonly targetFormat: QemuFormat;
  /** "all": with all that lies below; "none": this layer alone; else this layer and the one below it. */
  readonly chain: "all" | "none" | { readonly path: string; readonly format: QemuFormat };
}

const QUICK_MS = 60_000;
/** Slower storage than this is taken for dead. */
const SLOWEST_BYTES_PER_SECOND = 5 * MiB;
const QCOW2_COMPAT = "1.1";

export const qemuImg: QemuImg = {
  async create({ path, format, sizeBytes, isPreallocated, compat = QCOW2_COMPAT, backing }, signal) {
    const timeoutMs = isPreallocated ? bulkMs(sizeBytes) : QUICK_MS;
    const options = format === "qcow2" ? [`compat=${compat}`] : [];
    // -u: the parent is known to be right from its metadata; opening it here would only fail on one that is in use.
    const base = backing === undefined ? [] : ["-u", "-b", backing.name, "-F", backing.format];
    const run = async (...more: string[]): Promise<void> => {
      const all = [...options, ...more];
      const list = all.length === 0 ? [] : ["-o", all.join(",")];
      const args = ["create", "-q", "-f", format, ...list, ...base, "--", path, String(sizeBytes)];
      await runStorageProgram("qemu-img", args, { signal, timeoutMs });
    };
    if (!isPreallocated) return run();
    // Without help of the file system, as on NFS before 4.2, its blocks are there once they were written.
    await run("preallocation=falloc").catch((cause) => {
      signal.throwIfAborted();
      if (!isUnsupported(cause)) throw cause;
      return run("preallocation=full");
    });
  },

  async info(path, format, signal) {
    const args = ["info", "--output=json", "-U", "-f", format, "--", path];
    return parseQemuImageInfo((await runStorageProgram("qemu-img", args, { signal, timeoutMs: QUICK_MS })).stdout);
  },

  async convert({ from, to, target, capacityBytes }, watched) {
    // By default qemu-img never flushes the target.
    const caches = ["-t", cacheOf(to), "-T", cacheOf(from)];
    const backing = to.backing === undefined ? [] : ["-B", to.backing.name, "-F", to.backing.format];
    const zeroes = target === "anything" ? ["-S", "0"] : to.backing === undefined ? ["--target-is-zero"] : [];
    const formats = ["-f", from.format, "-O", to.format, ...backing];
    await runWatched(["convert", "-p", "-n", ...zeroes, ...caches, ...formats, "--", from.path, to.path], {
      ...watched,
      timeoutMs: bulkMs(capacityBytes),
    });
  },

  async resize({ sizeBytes, ...image }, signal) {
    // It has no option for caches.
    const args = ["resize", "-q", "--image-opts", "--", imageOptions(image), String(sizeBytes)];
    await runStorageProgram("qemu-img", args, { signal, timeoutMs: QUICK_MS });
  },

  async measure({ path, format, targetFormat, chain }, signal) {
    const image = chain === "all" ? ["-f", format, "--", path] : ["--", oneLayer(path, format, chain)];
    const args = ["measure", "--output=json", "-U", "-O", targetFormat, ...image];
    return parseMeasure((await runStorageProgram("qemu-img", args, { signal, timeoutMs: 5 * QUICK_MS })).stdout);
  },

  async amend({ compat, ...image }, signal) {
    const args = ["amend", "-q", "-t", cacheOf(image), "-f", image.format, "-o", `compat=${compat}`, "--", image.path];
    await runStorageProgram("qemu-img", args, { signal, timeoutMs: 10 * QUICK_MS });
  },

  async commit({ basePath, capacityBytes, ...top }, watched) {
    const args = ["commit", "-p", "-d", "-t", cacheOf(top), "-f", top.format, "-b", basePath, "--", top.path];
    await runWatched(args, { ...watched, timeoutMs: bulkMs(capacityBytes) });
  },

  async rebase({ backing, ...image }, signal) {
    const caches = ["-t", cacheOf(image), "-T", cacheOf(image)];
    const target = ["-f", image.format, "-b", backing.name, "-F", backing.format, "--", image.path];
    await runStorageProgram("qemu-img", ["rebase", "-q", "-u", ...caches, ...target], { signal, timeoutMs: QUICK_MS });
  },

  async repairLeaks(image, signal) {
    const args = ["check", "-q", "-r", "leaks", "-T", cacheOf(image), "-f", image.format, "--", image.path];
    await runStorageProgram("qemu-img", args, { signal, timeoutMs: 10 * QUICK_MS });
  },
};

/** How long to wait for so many bytes at most. */
export function bulkMs(bytes: number): number {
  return QUICK_MS + (bytes / SLOWEST_BYTES_PER_SECOND) * 1000;
}

/** Whether a program said that this file system cannot do what it was asked. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof Error && /not supported/i.test(error.message);
}

async function runWatched(
  args: readonly string[],
  { signal, onProgress, timeoutMs }: Watched & { readonly timeoutMs: number },
): Promise<void> {
  await runStorageProgram("qemu-img", args, {
    signal,
    timeoutMs,
    onOutput(text) {
      const percent = parsePercent(text.slice(-KiB));
      if (percent !== undefined) onProgress?.(percent);
    },
  });
}

function cacheOf({ isDirect }: ImageFile): string {
  return isDirect ? "none" : "writeback";
}

function imageOptions({ path, format, isDirect }: ImageFile): string {
  const direct = isDirect ? "on" : "off";
  const caches = `cache.direct=${direct},file.cache.direct=${direct}`;
  // A comma would end the name.
  return `driver=${format},${caches},file.driver=file,file.filename=${path.replaceAll(",", ",,")}`;
}

function oneLayer(path: string, format: QemuFormat, below: Exclude<Measured["chain"], "all">): string {
  const file = { driver: "file", filename: path };
  if (format === "raw") return `json:${JSON.stringify({ driver: format, file })}`;
  const backing = below === "none" ? null : layerOf(below);
  return `json:${JSON.stringify({ driver: format, file, backing })}`;
}

function layerOf({ path, format }: { readonly path: string; readonly format: QemuFormat }): object {
  const file = { driver: "file", filename: path };
  return format === "raw" ? { driver: format, file } : { driver: format, file, backing: null };
}
