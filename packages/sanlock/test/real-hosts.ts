// Two daemons, as of two hosts, on one storage: a lockspace and some leases in files, as in an oVirt domain.
import { type ChildProcess, spawn } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type LabSanlock, startSanlock } from "@yagura/lab/sanlock/start-sanlock.ts";
import { createSanlock, type LeasePlace, type Lockspace, type Sanlock } from "@yagura/sanlock";
import { poll } from "@yagura/std/poll.ts";
import { MiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";

/** The smallest that makes sense: joining takes 5 s, and a dead host counts as dead after 76 s. */
export const ioTimeoutSeconds = 2;
export const geometry = { sectorBytes: 512, alignmentBytes: MiB } as const;

export interface RealHost {
  readonly daemon: LabSanlock;
  readonly sanlock: Sanlock;
  /** This host as a member of the lockspace. */
  readonly self: Lockspace;
}

export interface RealHosts extends AsyncDisposable {
  readonly a: RealHost;
  readonly b: RealHost;
  readonly storage: string;
  /** A lease that nobody has held yet. */
  newLease(name: string): Promise<LeasePlace>;
}

/** Both have joined the lockspace when this returns. */
export async function startRealHosts(): Promise<RealHosts> {
  // O_DIRECT is refused on the tmpfs that /tmp may be.
  const directory = await temporaryDirectory("/var/tmp");
  const storage = directory.path;
  const [daemonA, daemonB] = [
    await startSanlock(join(storage, "a"), "host-a"),
    await startSanlock(join(storage, "b"), "host-b"),
  ];
  const [ids, leases] = [join(storage, "ids"), join(storage, "leases")];
  await Promise.all([writeFile(ids, ""), writeFile(leases, "")]);
  await truncate(leases, 16 * MiB);
  const host = (daemon: LabSanlock, hostId: number): RealHost => ({
    daemon,
    sanlock: createSanlock(daemon),
    self: { name: "test-space", hostId, path: ids, offsetBytes: 0 },
  });
  const [a, b] = [host(daemonA, 1), host(daemonB, 2)];
  await a.sanlock.writeLockspace(a.self, geometry, { ioTimeoutSeconds });
  await Promise.all([a, b].map(({ sanlock, self }) => sanlock.addLockspace(self, { ioTimeoutSeconds })));
  await Promise.all([a, b].map(knowsBoth));
  let slot = 1;
  return {
    a,
    b,
    storage,
    async newLease(name) {
      const lease = { lockspace: a.self.name, name, path: leases, offsetBytes: slot++ * MiB };
      await a.sanlock.writeLease(lease, geometry);
      return lease;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([daemonA, daemonB].map((daemon) => daemon[Symbol.asyncDispose]()));
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function knowsBoth({ sanlock, self }: RealHost): Promise<void> {
  await poll(
    "each host to see the other alive",
    async () => {
      const answer = await sanlock.listHosts(self.name);
      return answer.known && answer.hosts.filter(({ status }) => status === "live").length === 2;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
}

/** A process of its own that holds a lease on a host, and how it ended. */
export interface Holder extends Disposable {
  readonly version: number;
  readonly process: ChildProcess;
  readonly ended: Promise<NodeJS.Signals | number | null>;
}

export async function holdElsewhere({ daemon }: RealHost, lease: LeasePlace): Promise<Holder> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "hold-lease.ts"), daemon.socketPath, JSON.stringify(lease)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { version: Number(line), process: child, ended, [Symbol.dispose]: () => void child.kill("SIGKILL") };
  }
  throw new Error(`the holder of ${lease.name} ended with ${await ended}`);
}
