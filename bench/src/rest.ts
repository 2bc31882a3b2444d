// `npm run bench -- rest`: a Manager with 10,000 VMs in its database, asked 50 times a second, and beside it a plain fastify
// handler that has the same documents in memory. Both sides take turns in every round; machines are shared and noisy.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { systemClock } from "@yagura/std/clock.ts";
import { Client } from "./rest/client.ts";
import { fillDatabase } from "./rest/fill-database.ts";
import { type ServerProcess, startServer } from "./rest/server-process.ts";

const VMS = 10_000;
const REQUESTS_PER_SECOND = 50;
const SECONDS = 15;
const ROUNDS = 3;
const WARM_SECONDS = 5;
/** Of ten requests nine are for one object and one is for a page of 100. */
const PAGE_EVERY = 10;
const root = "/ovirt-engine/api";

const directory = await mkdtemp(join(tmpdir(), "yagura-bench-rest-"));
try {
  await measure(directory);
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function measure(home: string): Promise<void> {
  write(`filling a database with ${VMS} VMs, disks and NICs …`);
  const vmIds = await fillDatabase(join(home, "yagura.db"), VMS);
  const passwordFile = join(home, "password");
  const flags = ["--data", home, "--listen", "127.0.0.1", "--https-port", "0", "--http-port", "0"];
  await writeFile(join(home, "manager.json"), JSON.stringify({ logLevel: "warn" }));
  const program = join(import.meta.dirname, "../../apps/manager/src/main.ts");
  await using manager = await startServer(program, [...flags, "--admin-password-file", passwordFile]);
  const ca = await readFile(join(home, "pki/ca.pem"), "utf8");
  const token = await new Client({ port: manager.port, ca }).login((await readFile(passwordFile, "utf8")).trim());
  const ours = new Client({ port: manager.port, ca, token });
  const { rssMb: idleMb } = await manager.memory();

  const document = join(home, "vms.xml");
  await writeFile(document, (await ours.get(`${root}/vms`, { keeps: true })).text);
  const peerProgram = join(import.meta.dirname, "rest/peer.ts");
  const files = [document, join(home, "pki/server.pem"), join(home, "pki/server-key.pem")];
  await using peer = await startServer(peerProgram, files);
  const theirs = new Client({ port: peer.port, ca });

  await load(ours, vmIds, WARM_SECONDS);
  await load(theirs, vmIds, WARM_SECONDS);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const mine = await measureSide(ours, manager, vmIds);
    const other = await measureSide(theirs, peer, vmIds);
    rounds.push({ mine, other });
  }
  ours.close();
  theirs.close();
  print(rounds, { idleMb, manager: await manager.memory(), peer: await peer.memory() });
}

interface Side {
  readonly objectMs: number;
  readonly objectMedianMs: number;
  readonly pageMs: number;
  readonly pageMedianMs: number;
  readonly allSeconds: number;
  readonly allBytes: number;
  readonly firstByteMs: number;
  /** One object, asked for again and again while all are read. */
  readonly besideMs: number;
  /** What the server used of a processor: for a second of the load, and for all of them once. */
  readonly loadCpuSeconds: number;
  readonly allCpuSeconds: number;
}

interface Round {
  readonly mine: Side;
  readonly other: Side;
}

async function measureSide(client: Client, server: ServerProcess, vmIds: readonly string[]): Promise<Side> {
  const before = await server.cpuSeconds();
  const loaded = await load(client, vmIds, SECONDS);
  const between = await server.cpuSeconds();
  const all = await readAll(client, vmIds);
  const allCpuSeconds = (await server.cpuSeconds()) - between;
  return { ...loaded, ...all, loadCpuSeconds: (between - before) / SECONDS, allCpuSeconds };
}

/** So many requests a second, whether or not the last ones were answered. */
async function load(client: Client, vmIds: readonly string[], seconds: number) {
  const [objects, pages]: [number[], number[]] = [[], []];
  const asked: Promise<unknown>[] = [];
  const startedMs = performance.now();
  for (let count = 0; count < seconds * REQUESTS_PER_SECOND; count++) {
    const dueMs = startedMs + (count * 1000) / REQUESTS_PER_SECOND;
    await systemClock.sleep(Math.max(0, dueMs - performance.now()));
    const isPage = count % PAGE_EVERY === 0;
    const number = (count * 7919) % vmIds.length;
    const page = encodeURIComponent(`sortby name page ${(number % (vmIds.length / 100)) + 1}`);
    const path = isPage ? `${root}/vms?search=${page}&max=100` : `${root}/vms/${vmIds[number]}`;
    asked.push(client.get(path).then(({ ms }) => (isPage ? pages : objects).push(ms)));
  }
  await Promise.all(asked);
  return {
    objectMs: percentile(objects, 0.95),
    objectMedianMs: percentile(objects, 0.5),
    pageMs: percentile(pages, 0.95),
    pageMedianMs: percentile(pages, 0.5),
  };
}

async function readAll(client: Client, vmIds: readonly string[]) {
  const reading = client.get(`${root}/vms`);
  let isReading = true;
  const ended = reading.finally(() => {
    isReading = false;
  });
  const beside: number[] = [];
  for (let count = 0; isReading; count++) {
    beside.push((await client.get(`${root}/vms/${vmIds[(count * 7919) % vmIds.length]}`)).ms);
    await systemClock.sleep(20);
  }
  const { ms, bytes, firstByteMs } = await ended;
  return { allSeconds: ms / 1000, allBytes: bytes, firstByteMs, besideMs: percentile(beside, 0.95) };
}

type Memory = Awaited<ReturnType<ServerProcess["memory"]>>;

function print(
  rounds: readonly Round[],
  { idleMb, manager, peer }: { readonly idleMb: number; readonly manager: Memory; readonly peer: Memory },
): void {
  const rows: readonly [string, keyof Side, number][] = [
    ["one object, median, ms", "objectMedianMs", 2],
    ["one object, P95, ms", "objectMs", 2],
    ["a page of 100, median, ms", "pageMedianMs", 2],
    ["a page of 100, P95, ms", "pageMs", 2],
    [`all ${VMS} in XML, s`, "allSeconds", 3],
    ["  their first byte, ms", "firstByteMs", 1],
    ["  one object meanwhile, P95, ms", "besideMs", 2],
    ["  bytes", "allBytes", 0],
    ["  processor, s", "allCpuSeconds", 2],
    [`processor, s for a second of ${REQUESTS_PER_SECOND} requests`, "loadCpuSeconds", 3],
  ];
  const middle = (side: keyof Round, value: keyof Side) =>
    percentile(
      rounds.map((round) => round[side][value]),
      0.5,
    );
  write(`${"".padEnd(42)} ${"Manager".padStart(12)} ${"from memory".padStart(12)} ${"ratio".padStart(8)}`);
  for (const [name, value, digits] of rows) {
    const [mine, other] = [middle("mine", value), middle("other", value)];
    const numbers = `${mine.toFixed(digits).padStart(12)} ${other.toFixed(digits).padStart(12)}`;
    write(`${name.padEnd(42)} ${numbers} ${(mine / other).toFixed(2).padStart(8)}`);
  }
  write(
    `${"memory (rss, peak), MB".padEnd(42)} ${`${manager.rssMb}, ${manager.peakMb}`.padStart(12)} ${`${peer.rssMb}, ${peer.peakMb}`.padStart(12)}`,
  );
  const metrics = {
    object_p95_ms: middle("mine", "objectMs").toFixed(2),
    page100_p95_ms: middle("mine", "pageMs").toFixed(2),
    all_s: middle("mine", "allSeconds").toFixed(3),
    rss_mb: String(manager.rssMb),
    peak_mb: String(manager.peakMb),
    idle_mb: String(idleMb),
    all_cpu_s: middle("mine", "allCpuSeconds").toFixed(2),
    load_cpu: middle("mine", "loadCpuSeconds").toFixed(3),
    beside_p95_ms: middle("mine", "besideMs").toFixed(2),
    object_ratio: (middle("mine", "objectMs") / middle("other", "objectMs")).toFixed(2),
    page100_ratio: (middle("mine", "pageMs") / middle("other", "pageMs")).toFixed(2),
    all_ratio: (middle("mine", "allSeconds") / middle("other", "allSeconds")).toFixed(2),
  };
  write(
    `rest ${Object.entries(metrics)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
  );
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
