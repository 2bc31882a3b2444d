import { spawn } from "node:child_process";
import { DeadlineExceeded } from "./deadline.ts";

/** Output of one program is kept up to this many bytes a stream; a program that prints more is ended. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Where mkfs, sfdisk and ip lie: programs that anybody may run, in folders that only root's PATH names. */
const administratorPath = ":/usr/sbin:/sbin";

export interface RunOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** Exit codes that count as success; by default only 0. */
  readonly okCodes?: readonly number[];
  /** Hears what it prints, to either stream, while it runs: for progress. The result has all of it nevertheless. */
  readonly onOutput?: (text: string) => void;
}

export interface ProgramOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program could not be started, exited with another code than wanted, or was ended by a signal. */
export class ProgramFailed extends Error {
  override readonly name = "ProgramFailed";
  readonly program: string;
  readonly code: number | undefined;
  readonly stderr: string;

  constructor(program: string, ended: { code?: number; how: string; stderr: string }, options?: ErrorOptions) {
    const reason = ended.stderr.trim().split("\n").slice(-3).join(" / ");
    super(`${program} ${ended.how}${reason === "" ? "" : `: ${reason}`}`, options);
    this.program = program;
    this.code = ended.code;
    this.stderr = ended.stderr;
  }
}

/**
 * Runs one program to its end, by argument list; there is no shell anywhere.
 * The default deadline is 60 s; when it passes the program is killed.
 * @throws ProgramFailed, DeadlineExceeded, or the signal's reason.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramOutput> {
  const { timeoutMs = 60_000, signal, cwd, env, input, okCodes = [0], onOutput } = options;
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}${administratorPath}`, LC_ALL: "C.UTF-8", ...env },
  });
  const [stdout, stderr] = [collect(), collect()];
  child.stdout?.on("data", stdout.add);
  child.stderr?.on("data", stderr.add);
  // A program that ends without reading its input is judged by its exit code, not by the broken pipe.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);

  let endedBy: unknown;
  const end = (reason: unknown): void => {
    endedBy ??= reason;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => end(new DeadlineExceeded(`${program} ${args[0] ?? ""}`.trim(), timeoutMs)), timeoutMs);
  const onAbort = (): void => end(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  function collect() {
    const chunks: Buffer[] = [];
    let bytes = 0;
    return {
      add(chunk: Buffer): void {
        bytes += chunk.length;
        if (bytes > OUTPUT_BYTES_MAX) end(new Error(`${program} printed more than ${OUTPUT_BYTES_MAX} bytes`));
        else chunks.push(chunk);
        onOutput?.(chunk.toString("utf8"));
      },
      text: () => Buffer.concat(chunks).toString("utf8"),
    };
  }

  try {
    const code = await exitOf(child, program);
    if (endedBy !== undefined) throw endedBy;
    if (typeof code === "string") throw new ProgramFailed(program, { how: `ended by ${code}`, stderr: stderr.text() });
    if (!okCodes.includes(code)) {
      throw new ProgramFailed(program, { code, how: `exited with ${code}`, stderr: stderr.text() });
    }
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** The exit code, or the name of the signal that ended the child. */
function exitOf(child: ReturnType<typeof spawn>, program: string): Promise<number | string> {
  const { promise, resolve, reject } = Promise.withResolvers<number | string>();
  child.once("error", (cause) =>
    reject(new ProgramFailed(program, { how: "could not be started", stderr: "" }, { cause })),
  );
  child.once("close", (code, signal) => resolve(code ?? signal ?? "an unknown signal"));
  return promise;
}
