import { ProgramFailed } from "@yagura/std/run-program.ts";
import { StorageError } from "../errors.ts";
import type { ImageFile } from "./qemu-img.ts";
import { runStorageProgram } from "./storage-child.ts";

const SPARSIFY_MS = 4 * 3_600_000;
/** What the launcher (`env`) says of a program that is not there. */
const NOT_FOUND = 127;

/** Trims the file systems in an image. @throws StorageError 44 where libguestfs is not installed */
export async function sparsifyImage({ path, format }: ImageFile, signal: AbortSignal): Promise<void> {
  try {
    const args = ["--machine-readable", "--quiet", "--in-place", "--format", format, "--", path];
    await runStorageProgram("virt-sparsify", args, { signal, timeoutMs: SPARSIFY_MS });
  } catch (cause) {
    if (!(cause instanceof ProgramFailed) || cause.code !== NOT_FOUND) throw cause;
    throw new StorageError("MethodNotImplemented", "virt-sparsify (libguestfs) is not installed on this host", {
      cause,
    });
  }
}
