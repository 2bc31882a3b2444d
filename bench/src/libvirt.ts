// `npm run bench -- libvirt`: this client beside python3-libvirt and virsh, against the same libvirtd in the same run.
// The sides take turns in every round, and the ratio of each round counts: machines are shared and noisy.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { startPrivateLibvirtd, stopPrivateLibvirtd } from "@yagura/lab/private-libvirtd.ts";
import { type Connection, connect } from "@yagura/libvirt";
import { type Peer, startPython, startVirsh } from "./libvirt-peers.ts";

const ROUNDS = 11;
const WARM_ROUNDS = 3;
const SERIAL_CALLS = 3_000;
const PIPELINED_CALLS = 10_000;
const VIRSH_COMMANDS = 300;
const STATS_CALLS = 8;
const GUESTS = 500;

const directory = await mkdtemp("/var/lib/yagura-bench-");
try {
  const { socketPath } = await startPrivateLibvirtd(join(directory, "libvirtd"));
  const manyGuests = join(directory, "node.xml");
  await writeFile(manyGuests, nodeWith(GUESTS));
  await compare(socketPath, "test:///default", manyGuests);
} finally {
  await stopPrivateLibvirtd(join(directory, "libvirtd"));
  await rm(directory, { recursive: true, force: true });
}

async function compare(socketPath: string, small: string, nodeFile: string): Promise<void> {
  const large = `test://${nodeFile}`;
  await using ours = await connect({ uri: small, socketPath });
  await using oursLarge = await connect({ uri: large, socketPath });
  const python = await startPython(small.replace("test://", "test+unix://").concat(`?socket=${socketPath}`));
  const pythonLarge = await startPython(large.replace("test://", "test+unix://").concat(`?socket=${socketPath}`));
  const virsh = await startVirsh(small.replace("test://", "test+unix://").concat(`?socket=${socketPath}`), "test");
  const virshLarge = await startVirsh(large.replace("test://", "test+unix://").concat(`?socket=${socketPath}`), "test");
  try {
    print(await measureAll({ ours, oursLarge, python, pythonLarge, virsh, virshLarge }));
  } finally {
    for (const peer of [python, pythonLarge, virsh, virshLarge]) peer.stop();
  }
}

interface Sides {
  readonly ours: Connection;
  readonly oursLarge: Connection;
  readonly python: Peer;
  readonly pythonLarge: Peer;
  readonly virsh: Peer;
  readonly virshLarge: Peer;
}

/** Times a second, of every side, in one round. */
interface Round {
  readonly serial: number;
  readonly pipelined: number;
  readonly stats: number;
  readonly pythonSerial: number;
  readonly pythonThreads: number;
  readonly pythonStats: number;
  readonly virshSerial: number;
  readonly virshStats: number;
}

async function measureAll(sides: Sides): Promise<Round[]> {
  for (let round = 0; round < WARM_ROUNDS; round++) await measureRound(sides); // Compilers, caches, connections.
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(sides));
  return rounds;
}

async function measureRound({ ours, oursLarge, python, pythonLarge, virsh, virshLarge }: Sides): Promise<Round> {
  return {
    pythonSerial: SERIAL_CALLS / (await python.measure("info", SERIAL_CALLS)),
    serial: SERIAL_CALLS / (await oneByOne(ours, SERIAL_CALLS)),
    pythonThreads: SERIAL_CALLS / (await python.measure("threads", SERIAL_CALLS)),
    pipelined: PIPELINED_CALLS / (await sideBySide(ours, PIPELINED_CALLS)),
    virshSerial: VIRSH_COMMANDS / (await virsh.measure("info", VIRSH_COMMANDS)),
    pythonStats: STATS_CALLS / (await pythonLarge.measure("stats", STATS_CALLS)),
    stats: STATS_CALLS / (await allStats(oursLarge, STATS_CALLS)),
    virshStats: STATS_CALLS / (await virshLarge.measure("stats", STATS_CALLS)),
  };
}

async function oneByOne({ remote }: Connection, count: number): Promise<number> {
  const { dom } = await remote.domainLookupByName({ name: "test" });
  return await seconds(async () => {
    for (let call = 0; call < count; call++) await remote.domainGetInfo({ dom });
  });
}

async function sideBySide({ remote }: Connection, count: number): Promise<number> {
  const { dom } = await remote.domainLookupByName({ name: "test" });
  return await seconds(async () => {
    await Promise.all(Array.from({ length: count }, () => remote.domainGetInfo({ dom })));
  });
}

async function allStats({ remote }: Connection, count: number): Promise<number> {
  return await seconds(async () => {
    for (let call = 0; call < count; call++) {
      const { retStats } = await remote.connectGetAllDomainStats({ doms: [], stats: 0 });
      if (retStats.length !== GUESTS) throw new Error(`statistics of ${retStats.length} guests`);
    }
  });
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function print(rounds: readonly Round[]): void {
  const rows: readonly [string, keyof Round][] = [
    ["one by one: yagura", "serial"],
    ["one by one: python3-libvirt", "pythonSerial"],
    ["one by one: virsh domstate", "virshSerial"],
    ["side by side: yagura", "pipelined"],
    ["side by side: python3-libvirt, 8 threads", "pythonThreads"],
    [`statistics of ${GUESTS} guests: yagura`, "stats"],
    [`statistics of ${GUESTS} guests: python3-libvirt`, "pythonStats"],
    [`statistics of ${GUESTS} guests: virsh domstats`, "virshStats"],
  ];
  for (const [name, side] of rows) {
    write(
      `${name.padEnd(48)} ${median(rounds.map((round) => round[side]))
        .toFixed(1)
        .padStart(9)} /s`,
    );
  }
  const ratio = (ours: keyof Round, theirs: keyof Round): string =>
    median(rounds.map((round) => round[ours] / round[theirs])).toFixed(2);
  const metrics = {
    pipelined_ratio: ratio("pipelined", "pythonSerial"),
    serial_ratio: ratio("serial", "pythonSerial"),
    stats_ratio: ratio("stats", "pythonStats"),
    pipelined_over_threads_ratio: ratio("pipelined", "pythonThreads"),
    virsh_serial_ratio: ratio("serial", "virshSerial"),
    virsh_stats_ratio: ratio("stats", "virshStats"),
  };
  write(
    `libvirt ${Object.entries(metrics)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** What the test driver reads: one host with so many running guests. */
function nodeWith(guests: number): string {
  const guest = (index: number): string =>
    `<domain type="test"><name>guest${index}</name><memory>65536</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>`;
  return `<node>${Array.from({ length: guests }, (_, index) => guest(index)).join("\n")}</node>\n`;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
