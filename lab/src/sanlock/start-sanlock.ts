// A sanlock daemon of our own: everything it has lies below one directory, so several run beside each other as the daemons
// of several hosts. It needs no root and no watchdog: sanlock's own tests run it like this.
//
// Without a watchdog nobody resets the machine when it fails. That is right in a lab, where one machine is many hosts, and
// nowhere else; tests of what the watchdog guarantees belong into hosts with a kernel of their own.
import { type ChildProcess, spawn } from "node:child_process";
import { access, mkdir, open, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";

export interface LabSanlock extends AsyncDisposable {
  readonly socketPath: string;
  readonly hostName: string;
  /** Ends it as a crash does: nothing is given back. */
  kill(): Promise<void>;
  /** Stops it from doing anything, its renewals too, or lets it go on. */
  setRunning(isRunning: boolean): void;
}

const programs = ["/usr/sbin/sanlock", "/usr/bin/sanlock"];

/** Why no daemon can run here, or `false` when one can: for `skip` of a test. */
export async function whyNoSanlock(): Promise<string | false> {
  return (await findSanlock()) === undefined ? "sanlock is not installed (apt-get install sanlock)" : false;
}

/**
 * Starts a daemon that calls itself `hostName`; it ends with this process at the latest.
 * @param directory of its own; short enough for a socket's path, 90 bytes
 * @throws Error with what the daemon said when it does not come up
 */
export async function startSanlock(directory: string, hostName: string): Promise<LabSanlock> {
  await mkdir(directory, { recursive: true });
  const program = (await findSanlock()) ?? "sanlock";
  const [user, group] = await Promise.all(["-un", "-gn"].map(async (what) => (await runProgram("id", [what])).stdout));
  const log = await open(join(directory, "sanlock.log"), "a");
  const child = spawn(
    "setpriv",
    [
      ["--pdeathsig", "KILL", program, "daemon", "-D"],
      ["-w", "0", "-h", "0", "-l", "0"],
      // Nothing to the machine's own log files: -D writes all of it to stderr.
      ["-L", "-1", "-S", "-1"],
      ["-U", user?.trim() ?? "", "-G", group?.trim() ?? "", "-e", hostName],
    ].flat(),
    {
      stdio: ["ignore", "ignore", log.fd],
      env: { ...process.env, SANLOCK_RUN_DIR: directory, SANLOCK_PRIVILEGED: "0" },
    },
  );
  await log.close();
  const socketPath = join(directory, "sanlock.sock");
  try {
    await poll("sanlock to listen", () => isUp(child, socketPath), { timeoutMs: 10_000, everyMs: 20 });
  } catch (cause) {
    child.kill("SIGKILL");
    const said = await readFile(join(directory, "sanlock.log"), "utf8");
    throw new Error(`sanlock did not start: ${said.trim().split("\n").at(-1)}`, { cause });
  }
  const kill = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await ended;
  };
  return {
    socketPath,
    hostName,
    kill,
    setRunning: (isRunning) => void child.kill(isRunning ? "SIGCONT" : "SIGSTOP"),
    [Symbol.asyncDispose]: kill,
  };
}

async function findSanlock(): Promise<string | undefined> {
  for (const path of programs) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

async function isUp(child: ChildProcess, socketPath: string): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(socketPath);
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
