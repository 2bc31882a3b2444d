import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeProcess, readRecord } from "@yagura/lab/recorded-process.ts";
import { poll } from "@yagura/std/poll.ts";
import type { Layout } from "./layout.ts";

/** How long another start may take: longer than any of its steps. */
const othersMs = 15 * 60_000;

/**
 * Waits until no other `npm start` is at work on this data directory, and keeps others waiting until it is disposed of.
 * The claim of a process that has ended counts for nothing.
 * @throws DeadlineExceeded
 */
export async function claim(layout: Layout, say: (line: string) => void): Promise<AsyncDisposable> {
  const path = join(layout.run, "start.pid");
  let hasTold = false;
  await poll(
    "the other npm start",
    async () => {
      if (await tryToClaim(path)) return true;
      const other = await readRecord(path);
      if (other === undefined) await removeStale(path);
      else if (!hasTold) {
        say(`another npm start (process ${other.pid}) is at work on ${layout.root}; waiting for it …`);
        hasTold = true;
      }
      return false;
    },
    { timeoutMs: othersMs, everyMs: 100 },
  );
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function tryToClaim(path: string): Promise<boolean> {
  const record = JSON.stringify(await describeProcess(process.pid));
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(record);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** An empty record is one that is being written this moment, unless it stays empty. */
async function removeStale(path: string): Promise<void> {
  const before = await readFile(path, "utf8").catch(() => undefined);
  if (before === "" && (await poll("the record", () => readRecord(path), { timeoutMs: 2_000 }).catch(() => undefined)))
    return;
  await rm(path, { force: true });
}
