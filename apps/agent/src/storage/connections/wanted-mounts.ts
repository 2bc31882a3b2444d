import { open, readFile, rename } from "node:fs/promises";
import { describeError } from "@yagura/std/describe-error.ts";
import { KeyedQueue } from "@yagura/std/keyed-queue.ts";
import type { Log } from "@yagura/std/log.ts";
import * as z from "zod";
import type { MountRequest } from "../../root/root-calls.ts";
import { isBecauseOf } from "../files/errno.ts";

/** What this host is to have mounted, for the agent after this one: the Manager may be away when it starts. */
export interface WantedMounts {
  read(): Promise<readonly MountRequest[]>;
  /**
   * Replaces what was written before; what is given last is what stays. A failure is said in the log: the mounts themselves
   * are there.
   */
  write(requests: readonly MountRequest[]): Promise<void>;
}

const recordSchema = z.strictObject({
  format: z.literal(1),
  /** After a start of the host the Manager says anew what is wanted: it may have changed its mind meanwhile. */
  bootId: z.string(),
  mounts: z.array(
    z.strictObject({ source: z.string(), target: z.string(), type: z.string(), options: z.array(z.string()) }),
  ),
});

interface WantedMountsPlace {
  readonly path: string;
  readonly log: Log;
  readBootId?(): Promise<string>;
}

/** One file of this host's own, and its only owner. Options of mounts may be secrets: nobody but root reads it. */
export function openWantedMounts({ path, log, readBootId = bootIdOfHost }: WantedMountsPlace): WantedMounts {
  // Each mount is made in its own time, and all are written to the same file.
  const writes = new KeyedQueue<"file">();

  async function replace(mounts: readonly MountRequest[]): Promise<void> {
    const record: z.infer<typeof recordSchema> = { format: 1, bootId: await readBootId(), mounts: mounts.map(copy) };
    const temporary = `${path}.new`;
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(record));
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  }

  return {
    async read() {
      try {
        const { bootId, mounts } = recordSchema.parse(JSON.parse(await readFile(path, "utf8")));
        return bootId === (await readBootId()) ? mounts : [];
      } catch (error) {
        if (!isBecauseOf(error, "ENOENT")) {
          log.warn("what was mounted before is not known; the Manager says it again", { error: describeError(error) });
        }
        return [];
      }
    },

    async write(mounts) {
      try {
        await writes.run("file", () => replace(mounts));
      } catch (error) {
        log.warn("what is mounted could not be written down", { error: describeError(error) });
      }
    },
  };
}

function copy({ source, target, type, options }: MountRequest) {
  return { source, target, type, options: [...options] };
}

async function bootIdOfHost(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}
