// A real PostgreSQL for tests: a server of its own on a private socket, a new database for whoever asks.
import { type ChildProcess, spawn } from "node:child_process";
import { access, chmod, chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";

const programsRoot = "/usr/lib/postgresql";

export interface Postgres extends AsyncDisposable {
  /** A new, empty database; the address is for `pg`. */
  createDatabase(): Promise<string>;
}

/** Why no PostgreSQL can be started here, or nothing if one can: for `test(…, { skip })`. */
export async function whyNoPostgres(): Promise<string | false> {
  return (await findPrograms()) === undefined ? "PostgreSQL is not installed (package postgresql)" : false;
}

/**
 * Starts a PostgreSQL that nothing but its private socket reaches and that writes nothing to disk for good.
 * It refuses to run as root; then it runs as the user `postgres`. Ended by disposing of it, or with this process.
 * @throws Error when it is not installed; see `whyNoPostgres`.
 */
export async function startPostgres(): Promise<Postgres> {
  const programs = await findPrograms();
  if (programs === undefined) throw new Error("PostgreSQL is not installed");
  // The path of the socket may not be longer than 107 bytes.
  const directory = await mkdtemp(join(tmpdir(), "pg-"));
  const asUser = await becomePostgres(directory);
  const data = join(directory, "data");
  await asUser(join(programs, "initdb"), [
    "--pgdata",
    data,
    "--username",
    "postgres",
    "--auth",
    "trust",
    "--no-sync",
    "--encoding",
    "UTF8",
  ]);
  const server = startServer(programs, { data, directory });
  const psql = (sql: string): Promise<unknown> =>
    runProgram("/usr/bin/psql", ["--host", directory, "--username", "postgres", "--quiet", "--command", sql]);
  await poll(
    "PostgreSQL to answer",
    () =>
      psql("select 1").then(
        () => true,
        () => false,
      ),
    { timeoutMs: 30_000 },
  );
  let databases = 0;
  return {
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      await psql(`create database ${name}`);
      return `postgresql://postgres@/${name}?host=${encodeURIComponent(directory)}`;
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT"); // Fast shutdown: ends the sessions.
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const settings = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  listen_addresses: "",
  shared_buffers: "32MB",
  max_connections: "50",
};

function startServer(programs: string, { data, directory }: { data: string; directory: string }): ChildProcess {
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command = [join(programs, "postgres"), "-D", data, "-k", directory, ...flags];
  const prefix = isRoot()
    ? ["--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=INT"]
    : ["--pdeathsig=INT"];
  return spawn("setpriv", [...prefix, ...command], { stdio: "ignore" });
}

/** How to run a program as a user that PostgreSQL accepts, for whom the directory is made. */
async function becomePostgres(
  directory: string,
): Promise<(program: string, args: readonly string[]) => Promise<unknown>> {
  if (!isRoot()) return runProgram;
  const { stdout } = await runProgram("id", ["--user", "postgres"]);
  await chown(directory, Number(stdout), -1);
  await chmod(directory, 0o755);
  return (program, args) =>
    runProgram("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", program, ...args], {
      cwd: directory,
    });
}

/** The newest installed server's programs. */
async function findPrograms(): Promise<string | undefined> {
  const versions = (await readdir(programsRoot).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const bin = join(programsRoot, version, "bin");
    if (
      await access(join(bin, "initdb")).then(
        () => true,
        () => false,
      )
    )
      return bin;
  }
  return undefined;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
