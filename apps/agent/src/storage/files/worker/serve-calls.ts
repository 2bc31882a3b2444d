import { errnoOf } from "../errno.ts";
import type { StorageFiles } from "../storage-files.ts";
import type { FromChild, Probed, ToChild } from "./messages.ts";

/** Word of long work is sent at most this often. */
const PROGRESS_MS = 1_000;

interface Served {
  readonly files: StorageFiles;
  probe(): Promise<Probed>;
  send(message: FromChild): void;
  nowMs(): number;
}

/** Does what the agent asks, as many calls at once as it likes. Returns what takes its messages. */
export function serveCalls({ files, probe, send, nowMs }: Served): (message: ToChild) => void {
  const underWay = new Map<number, AbortController>();

  async function run(id: number, { call, args }: ToChild & { do: "call" }, signal: AbortSignal): Promise<unknown> {
    if (call === "probe") return probe();
    if (call === "wipe") return files.wipe(String(args[0]), signal, progressOf(id));
    // The other side is our own agent, whose router is typed: these are the arguments of the call.
    const method = files[call] as (...all: readonly unknown[]) => Promise<unknown>;
    return method(...args);
  }

  function progressOf(id: number): () => void {
    let toldMs = nowMs();
    return () => {
      if (nowMs() - toldMs < PROGRESS_MS) return;
      toldMs = nowMs();
      send({ is: "progress", id });
    };
  }

  return (message) => {
    const { id } = message;
    if (message.do === "stop") {
      underWay.get(id)?.abort(new Error("nobody wants it any more"));
      return;
    }
    const controller = new AbortController();
    underWay.set(id, controller);
    void run(id, message, controller.signal)
      .then(
        (value) => send({ is: "done", id, value }),
        (error: unknown) => send({ is: "failed", id, ...describe(error) }),
      )
      .finally(() => underWay.delete(id));
  };
}

function describe(error: unknown): { message: string; code?: string } {
  const code = errnoOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const message = said.replace(/^Unknown system error [^,]*/, code ?? "$&");
  return { message, ...(code !== undefined && { code }) };
}
