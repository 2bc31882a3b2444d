import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { systemClock } from "@yagura/std/clock.ts";
import { describeError } from "@yagura/std/describe-error.ts";
import { type Log, openLog } from "@yagura/std/log.ts";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type AgentConfig, BadConfig, parseConfig } from "./config.ts";
import { type Enrolled, ensureEnrolled, type Introduction, type RegistrationDeps } from "./registration/enrol.ts";
import { readDmiUuid } from "./registration/host-id.ts";
import { openManagerChannel } from "./registration/manager-channel.ts";
import { keepCertificateFresh } from "./registration/renew.ts";
import { openWorld, systemHostName, type World } from "./world.ts";

interface Flags {
  readonly data: string;
  readonly config?: string;
  readonly showConfig?: boolean;
  readonly listen?: string;
  readonly port?: number;
  readonly libvirtUri?: string;
  readonly libvirtSocket?: string;
  readonly name?: string;
  readonly address?: string;
  readonly manager?: string;
  readonly managerHttpsPort?: number;
  readonly managerHttpPort?: number;
  readonly managerCaFingerprint?: string;
  readonly ticketFile?: string;
  readonly guestNetwork?: string;
  readonly displayAddress?: string;
  readonly repository?: string;
  readonly sanlockSocket?: string;
  readonly logLevel?: string;
}

/** Starts the agent and runs it until a signal ends it. Guests go on. */
async function main(argv: readonly string[]): Promise<void> {
  const flags = readFlags(argv);
  const config = await readConfig(flags);
  if (flags.showConfig === true) {
    process.stdout.write(`${JSON.stringify(config, undefined, 2)}\n`);
    return;
  }
  const log = openLog("agent", config.logLevel);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      log.info("stopping; guests go on", { signal });
      stop.abort(new Error(`ended by ${signal}`));
    });
  }
  try {
    await run({ config, flags, log, signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
}

interface Run {
  readonly config: AgentConfig;
  readonly flags: Flags;
  readonly log: Log;
  readonly signal: AbortSignal;
}

async function run({ config, flags, log, signal }: Run): Promise<void> {
  await mkdir(flags.data, { recursive: true, mode: 0o755 });
  const registration = await prepareRegistration(config, flags.data, log);
  const enrolled = await ensureEnrolled(registration.deps, registration.introduction, signal);
  await using world = await openWorld({ config, dataDirectory: flags.data, enrolled, log });
  process.stdout.write(`${JSON.stringify({ ready: true, port: world.port, pid: process.pid })}\n`);
  log.info("the agent listens", { port: world.port, hostId: enrolled.hostId });
  const renewal = renewUntilStopped(registration, { enrolled, world, signal, log });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await renewal;
}

interface Registration {
  readonly deps: RegistrationDeps;
  readonly introduction: Introduction;
}

async function prepareRegistration(config: AgentConfig, dataDirectory: string, log: Log): Promise<Registration> {
  const manager = config.manager ?? {
    host: "localhost",
    httpsPort: 443,
    httpPort: 80,
    caFingerprint: "",
    ticketFile: "",
  };
  const ticket = await readTicket(manager.ticketFile);
  const name = config.name || systemHostName();
  return {
    deps: {
      directory: dataDirectory,
      manager: openManagerChannel(manager),
      clock: systemClock,
      log: log.with({ part: "registration" }),
      readSystemUuid: readDmiUuid,
    },
    introduction: {
      name,
      address: config.address || name,
      port: config.port,
      ...(ticket !== undefined && { ticket }),
      ...(manager.caFingerprint !== "" && { caFingerprint: manager.caFingerprint }),
    },
  };
}

/** A ticket works once: a file that is gone was for a registration that is done. */
async function readTicket(path: string): Promise<string | undefined> {
  if (path === "") return undefined;
  try {
    const ticket = (await readFile(path, "utf8")).trim();
    return ticket === "" ? undefined : ticket;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function renewUntilStopped(
  { deps, introduction }: Registration,
  { enrolled, world, signal, log }: { enrolled: Enrolled; world: World; signal: AbortSignal; log: Log },
): Promise<void> {
  try {
    const onRenewed = world.renewCertificate;
    await keepCertificateFresh(deps, { enrolled, introduction, onRenewed }, signal);
  } catch (error) {
    if (!signal.aborted) log.error("certificates are no longer renewed", { error: describeError(error) });
  }
}

/** Flags override the file. @throws BadConfig */
async function readConfig(flags: Flags): Promise<AgentConfig> {
  const path = flags.config ?? join(flags.data, "agent.json");
  const fromFile = await readConfigFile(path, flags.config !== undefined);
  const given = Object.fromEntries(
    Object.entries({
      listenAddress: flags.listen,
      port: flags.port,
      name: flags.name,
      address: flags.address,
      guestNetwork: flags.guestNetwork,
      displayAddress: flags.displayAddress,
      repository: flags.repository,
      sanlockSocket: flags.sanlockSocket,
      logLevel: flags.logLevel,
      libvirt: merged(fromFile["libvirt"], { uri: flags.libvirtUri, socketPath: flags.libvirtSocket }),
      manager: merged(fromFile["manager"], {
        host: flags.manager,
        httpsPort: flags.managerHttpsPort,
        httpPort: flags.managerHttpPort,
        caFingerprint: flags.managerCaFingerprint,
        ticketFile: flags.ticketFile,
      }),
    }).filter(([, value]) => value !== undefined),
  );
  return parseConfig({ ...fromFile, ...given }, `the configuration (${path} and the flags)`);
}

function merged(fromFile: unknown, flags: Readonly<Record<string, unknown>>): unknown {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) return fromFile;
  return typeof fromFile === "object" && fromFile !== null ? { ...fromFile, ...given } : given;
}

async function readConfigFile(path: string, mustExist: boolean): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("it is not an object");
    return { ...value };
  } catch (cause) {
    const isAbsent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (isAbsent && !mustExist) return {};
    throw new BadConfig(`${path} cannot be read`, { cause });
  }
}

function readFlags(argv: readonly string[]): Flags {
  const number = (text: string): number => {
    if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError("must be a port number");
    return Number(text);
  };
  const command = new Command("yagura-agent")
    .description("The host agent: runs the guests of this host for a Manager")
    .requiredOption("--data <dir>", "where the agent keeps what it must not lose", (path) => resolve(path))
    .option("--config <file>", "configuration, by default DIR/agent.json")
    .option("--show-config", "print the configuration that would be used, and end")
    .option("--listen <address>", "address to listen on")
    .option("--port <n>", "port to listen on", number)
    .option("--libvirt-uri <uri>", "qemu:///system or qemu:///session")
    .option("--libvirt-socket <path>", "libvirtd's socket, when it is not in the usual place")
    .option("--name <name>", "name of this host")
    .option("--address <address>", "address under which the Manager reaches this host")
    .option("--manager <host>", "the Manager to register with")
    .option("--manager-https-port <n>", "its HTTPS port", number)
    .option("--manager-http-port <n>", "its HTTP port", number)
    .option("--manager-ca-fingerprint <sha256>", "fingerprint of the Manager's authority")
    .option("--ticket-file <file>", "a ticket that approves this host at once")
    .option("--guest-network <kind:name>", "network:NAME, bridge:NAME or user")
    .option("--display-address <address>", "address on which consoles of guests listen")
    .option("--repository <dir>", "tree of storage domains, by default DIR/data-center", (path) => resolve(path))
    .option("--sanlock-socket <path>", "the sanlock daemon's socket, when it is not in the usual place", (path) =>
      resolve(path),
    )
    .option("--log-level <level>", "debug, info, warn or error")
    .exitOverride();
  return command.parse(argv, { from: "user" }).opts<Flags>();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  // Commander has told already what is wrong with the flags.
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    process.stderr.write(`yagura-agent: ${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
