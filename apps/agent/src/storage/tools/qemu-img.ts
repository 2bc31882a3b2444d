import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";

/** The calls of qemu-img that storage makes; parses its output, decides nothing. */
export interface QemuImg {
  create(image: NewQemuImage, signal: AbortSignal): Promise<void>;
  info(path: string, format: "raw" | "qcow2", signal: AbortSignal): Promise<QemuImageInfo>;
  convert(conversion: Conversion, signal: AbortSignal): Promise<void>;
}

export interface NewQemuImage {
  readonly path: string;
  readonly format: "raw" | "qcow2";
  readonly sizeBytes: number;
  readonly isPreallocated: boolean;
  /** A name relative to the image's own directory, so that the domain can be mounted elsewhere. */
  readonly backing?: { readonly name: string; readonly format: "raw" | "qcow2" };
}

export interface Conversion {
  readonly from: { readonly path: string; readonly format: "raw" | "qcow2" };
  readonly to: { readonly path: string; readonly format: "raw" | "qcow2"; readonly isPreallocated: boolean };
  /** How much there is to copy at most: the deadline depends on it. */
  readonly capacityBytes: number;
}

export interface QemuImageInfo {
  readonly format: string;
  readonly virtualBytes: number;
  readonly backingName?: string;
  readonly backingFormat?: string;
  /** Whether the data are in another file. */
  readonly hasDataFile: boolean;
  readonly isEncrypted: boolean;
  /** Everything qemu-img said. */
  readonly all: Readonly<Record<string, unknown>>;
}

const QUICK_MS = 60_000;
/** Slower storage than this is taken for dead. */
const SLOWEST_BYTES_PER_SECOND = 5 * MiB;

export const qemuImg: QemuImg = {
  async create({ path, format, sizeBytes, isPreallocated, backing }, signal) {
    const options = [
      ...(format === "qcow2" ? ["compat=1.1"] : []),
      ...(isPreallocated ? ["preallocation=falloc"] : []),
    ];
    // -u: the parent is known to be right from its metadata; opening it here would only fail on one that is in use.
    const base = backing === undefined ? [] : ["-u", "-b", backing.name, "-F", backing.format];
    await runProgram(
      "qemu-img",
      ["create", "-q", "-f", format, ...optionList(options), ...base, "--", path, String(sizeBytes)],
      { signal, timeoutMs: isPreallocated ? bulkMs(sizeBytes) : QUICK_MS },
    );
  },

  async info(path, format, signal) {
    const { stdout } = await runProgram("qemu-img", ["info", "--output=json", "-U", "-f", format, "--", path], {
      signal,
      timeoutMs: QUICK_MS,
    });
    return parseQemuImageInfo(stdout);
  },

  async convert({ from, to, capacityBytes }, signal) {
    const options = [
      ...(to.format === "qcow2" ? ["compat=1.1"] : []),
      ...(to.isPreallocated ? ["preallocation=falloc"] : []),
    ];
    // By default qemu-img never flushes the target.
    const caches = ["-t", "writeback", "-T", "writeback"];
    const formats = ["-f", from.format, "-O", to.format];
    await runProgram(
      "qemu-img",
      ["convert", "-q", ...caches, ...formats, ...optionList(options), "--", from.path, to.path],
      {
        signal,
        timeoutMs: bulkMs(capacityBytes),
      },
    );
  },
};

/** @throws Error when it is not what qemu-img prints */
export function parseQemuImageInfo(text: string): QemuImageInfo {
  const all: unknown = JSON.parse(text);
  if (!isRecord(all) || typeof all["format"] !== "string" || typeof all["virtual-size"] !== "number") {
    throw new Error("qemu-img info printed something else than a description of an image");
  }
  const [backingName, backingFormat] = [all["backing-filename"], all["backing-filename-format"]];
  const specific = isRecord(all["format-specific"]) ? all["format-specific"]["data"] : undefined;
  return {
    format: all["format"],
    virtualBytes: all["virtual-size"],
    ...(typeof backingName === "string" && { backingName }),
    ...(typeof backingFormat === "string" && { backingFormat }),
    hasDataFile: isRecord(specific) && specific["data-file"] !== undefined,
    isEncrypted: all["encrypted"] === true,
    all,
  };
}

function optionList(options: readonly string[]): string[] {
  return options.length === 0 ? [] : ["-o", options.join(",")];
}

function bulkMs(bytes: number): number {
  return QUICK_MS + (bytes / SLOWEST_BYTES_PER_SECOND) * 1000;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
