/** What qemu-img prints, as values. Pure. */

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

/** @throws Error when it is not what `qemu-img info --output=json` prints */
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

/** The bytes that a new file needs, with its bitmaps. @throws Error when it is not what `qemu-img measure` prints */
export function parseMeasure(text: string): number {
  const all: unknown = JSON.parse(text);
  if (!isRecord(all) || typeof all["required"] !== "number") {
    throw new Error("qemu-img measure printed something else than sizes");
  }
  return all["required"] + (typeof all["bitmaps"] === "number" ? all["bitmaps"] : 0);
}

/** The last share in what `qemu-img -p` printed, from 0 to 100; `undefined` when there is none. */
export function parsePercent(text: string): number | undefined {
  const last = [...text.matchAll(/\((\d{1,3}\.\d{2})\/100%\)/g)].at(-1)?.[1];
  return last === undefined ? undefined : Math.min(100, Math.floor(Number(last)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
