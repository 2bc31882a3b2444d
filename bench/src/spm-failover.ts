// `npm run bench -- spm-failover`: how long a data center is without an SPM, on three real hosts with real sanlock and
// watchdogs on real NFS. Beside it, in the same run: the lease time itself, and how long sanlock's own program takes to get a
// lease of the dead host.
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { untilHostIs } from "@yagura/lab/lab-manager.ts";
import { sharedFolder } from "@yagura/lab/three-hosts-nfs/nfs-server.ts";
import { untilSpm } from "@yagura/lab/three-hosts-nfs/spm.ts";
import type { StorageHost } from "@yagura/lab/three-hosts-nfs/storage-host.ts";
import {
  addNfsDomain,
  startThreeHosts,
  type ThreeHosts,
  whyNoThreeHosts,
} from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { type DomainPlace, watchChanges } from "@yagura/lab/three-hosts-nfs/watch-changes.ts";
import { canTakeResource, initResource, type Resource, takeResource } from "@yagura/lab/uml/sanlock.ts";
import { poll } from "@yagura/std/poll.ts";
import { createDisk } from "./create-disk.ts";
import { describeHandover, type Handover, measureHandover } from "./measure-handover.ts";

const HANDOVERS = 3;
const FAILOVERS = 1;
const ioTimeoutSeconds = 2;
const leaseSeconds = 8 * ioTimeoutSeconds + 60;
const patienceMs = 240_000;

const reason = await whyNoThreeHosts();
if (reason !== false) throw new Error(reason);
write(`load of this machine at the beginning: ${loadavg()[0]?.toFixed(2)}`, process.stderr);
const directory = await mkdtemp("/var/lib/yagura-bench-");
try {
  await chmod(directory, 0o755);
  await using three = await startThreeHosts({ name: "ybspm", directory, ioTimeoutSeconds });
  const exportName = "data";
  const domain = { id: await addNfsDomain(three, exportName), exportName };
  await untilSpm(three, { timeoutMs: patienceMs });
  await createDisk(three, domain.id); // Compilers, caches, connections.
  print(await measureAll(three, domain));
} finally {
  await rm(directory, { recursive: true, force: true });
}

interface Failover {
  /** From the power cut to the moment in which the successor's sanlock calls the old host dead. */
  readonly deadSeconds: number;
  /** From there to the first structure change by the new SPM. */
  readonly overLeaseSeconds: number;
  readonly totalSeconds: number;
  /** From the power cut until a disk that was asked for meanwhile is ok. */
  readonly diskSeconds: number;
  /** From the power cut until sanlock's own program had a lease of the dead host. */
  readonly peerSeconds: number;
}

async function measureAll(three: ThreeHosts, domain: DomainPlace) {
  const handovers: Handover[] = [];
  for (let count = 0; count < HANDOVERS; count++) {
    const handover = await measureHandover(three, domain);
    write(`${describeHandover(handover)}; load ${loadavg()[0]?.toFixed(2)}`, process.stderr);
    handovers.push(handover);
  }
  const failovers: Failover[] = [];
  for (let count = 0; count < FAILOVERS; count++) failovers.push(await measureFailover(three, domain));
  return { handovers, failovers };
}

/** The SPM's host loses its power, and somebody asks for a disk again and again. */
async function measureFailover(three: ThreeHosts, domain: DomainPlace): Promise<Failover> {
  const domainId = domain.id;
  const old = await untilSpm(three, { timeoutMs: patienceMs });
  const others = three.hosts.filter((host) => host !== old);
  const [other] = others;
  if (other === undefined) throw new Error("there is no other host");
  const { lease, hostId } = await preparePeer(old, domainId);
  const deaths = await Promise.all(others.map((host) => watchForDeath(host, { domainId, hostId })));
  const changes = await watchChanges(three.server, [domain]);
  const start = performance.now();
  await old.powerCut();
  const peer = poll("the lease of the peer", () => canTakeResource(other.machine, lease), {
    timeoutMs: patienceMs,
    everyMs: 100,
  }).then(() => secondsSince(start));
  const dead = Promise.all(deaths.map(({ death }) => death().then(() => secondsSince(start))));
  const changed = changes.first(patienceMs).then(() => secondsSince(start));
  const made = createDisk(three, domainId).then(() => secondsSince(start));
  const [peerSeconds, deadAfter, totalSeconds, diskSeconds] = await Promise.all([peer, dead, changed, made]);
  const successor = await untilSpm(three, { isWanted: (host) => host !== old, timeoutMs: patienceMs });
  const deadSeconds = deadAfter[others.indexOf(successor)] ?? Number.NaN;
  await old.boot();
  await untilHostIs(three.manager.client, old.id, "up");
  return { deadSeconds, overLeaseSeconds: totalSeconds - deadSeconds, totalSeconds, diskSeconds, peerSeconds };
}

/** A second lease of the host that is to die, beside the domain's own. */
async function preparePeer(host: StorageHost, domainId: string): Promise<{ lease: Resource; hostId: string }> {
  const { stdout } = await host.machine.run("sanlock", ["client", "status"]);
  // A colon in a path has a backslash before it.
  const [, hostId = "", ids = ""] = new RegExp(`^s ${domainId}:(\\d+):((?:\\\\:|[^:])+):0`, "m").exec(stdout) ?? [];
  if (ids === "") throw new Error(`${host.title} is in no lockspace of ${domainId}:\n${stdout}`);
  const path = join(ids, "../../../peer");
  const plainPath = path.replaceAll("\\:", ":");
  await host.machine.run("truncate", ["--size", "1M", plainPath]);
  await host.machine.run("chown", ["36:36", plainPath]);
  const lease = { lockspace: { name: domainId, path: ids, ioTimeoutSeconds }, name: "PEER", path, offset: 0 };
  await initResource(host.machine, lease);
  if (!(await takeResource(host.machine, lease))) throw new Error("the lease of the peer cannot be had");
  return { lease, hostId };
}

/** Resolves when it looks; its `death` when this host's sanlock calls the other host dead. */
async function watchForDeath(
  host: StorageHost,
  { domainId, hostId }: { readonly domainId: string; readonly hostId: string },
): Promise<{ readonly death: () => Promise<unknown> }> {
  const name = `death-${crypto.randomUUID()}`;
  const program = join(import.meta.dirname, "tell-dead-host.ts");
  await host.machine.start(process.execPath, [program, join(sharedFolder, name), domainId, hostId], {
    log: join(sharedFolder, "tell-dead-host.log"),
  });
  const said = async (text: string): Promise<boolean> =>
    (await readFile(join(host.shared, name), "utf8").catch(() => "")).includes(text);
  await poll("the watch for a death", () => said("it looks"), { timeoutMs: 30_000 });
  return { death: () => poll("the death of a host", () => said("it is dead"), { timeoutMs: patienceMs, everyMs: 20 }) };
}

function print({ handovers, failovers }: Awaited<ReturnType<typeof measureAll>>): void {
  const of = (key: keyof Failover): number => median(failovers.map((failover) => failover[key]));
  const handoverSeconds = median(handovers.map(({ firstChange }) => firstChange));
  const rows: readonly [string, number][] = [
    ["planned handover, to the first change by the new SPM", handoverSeconds],
    ["  to a new disk that is ok", median(handovers.map(({ diskOk }) => diskOk))],
    ["power cut, to the old host's death in the successor's sanlock", of("deadSeconds")],
    [`  the lease time of io_timeout ${ioTimeoutSeconds}`, leaseSeconds],
    ["  to the first change by the new SPM", of("totalSeconds")],
    ["  to a new disk that is ok", of("diskSeconds")],
    ["  to a lease of the dead host, by sanlock's own program", of("peerSeconds")],
  ];
  for (const [name, seconds] of rows) write(`${name.padEnd(64)} ${seconds.toFixed(2).padStart(7)} s`);
  const metrics = {
    handover_s: handoverSeconds,
    over_lease_s: of("overLeaseSeconds"),
    total_s: of("totalSeconds"),
    total_over_lease_ratio: of("totalSeconds") / leaseSeconds,
    total_over_sanlock_ratio: of("totalSeconds") / of("peerSeconds"),
  };
  const text = Object.entries(metrics).map(([name, value]) => `${name}=${value.toFixed(2)}`);
  write(`spm-failover ${text.join(" ")} io_timeout_s=${ioTimeoutSeconds}`);
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function write(line: string, to: NodeJS.WritableStream = process.stdout): void {
  to.write(`${line}\n`);
}
