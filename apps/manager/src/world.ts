import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { ensureManagerPki, type ManagerPki } from "@yagura/pki";
import { type Clock, systemClock } from "@yagura/std/clock.ts";
import { newId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import { findPortHolder } from "@yagura/std/port-holder.ts";
import { Driver, type TaskState } from "./background/driver.ts";
import { tasks } from "./background/tasks.ts";
import type { Config } from "./config.ts";
import { type Services, systemContext } from "./context.ts";
import type { Db } from "./db/database.ts";
import { isDatabaseAway } from "./db/is-database-away.ts";
import { openDatabase } from "./db/open-database.ts";
import { seedDatabase } from "./db/seed.ts";
import { transaction } from "./db/transaction.ts";
import type { EnrolmentContext } from "./enrolment/enrolment-context.ts";
import { registerEnrolmentRoutes } from "./enrolment/http/register-enrolment-routes.ts";
import { announce } from "./events/announce.ts";
import { ensureFirstUser } from "./first-user.ts";
import { isTransient } from "./hosts/agent-errors.ts";
import { HostConnections } from "./hosts/host-connections.ts";
import { claimPostgres, lockDirectory } from "./only-manager.ts";
import { buildServer } from "./rest/server.ts";
import type { SagaDeps } from "./sagas/deps.ts";
import { Sagas } from "./sagas/engine/sagas.ts";
import { registry } from "./sagas/registry.ts";

export const version = "0.1.0";

/** oVirt waits five minutes; after one, a host that alone has lost its storage is better left to those that have it. */
const DOMAIN_GRACE_SECONDS = 60;

/** A running Manager. */
export interface Manager {
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly services: Services;
  /** The last report of a background task. */
  taskState(name: string): TaskState | undefined;
  /** Settles when it must not go on, because another Manager may have taken its place; it is to be closed then. */
  readonly failed: Promise<Error>;
  /** Stops in reverse order. Safe to call twice. */
  close(): Promise<void>;
}

/** The port is another program's. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/** Starts everything, in order; what was started before a failure is stopped again. */
export async function startManager(config: Config, log: Log, clock: Clock = systemClock): Promise<Manager> {
  await using started = new AsyncDisposableStack();
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(config.dataDirectory);
  started.defer(() => lock.release());

  const names = managerNames(config);
  const readPki = (): Promise<ManagerPki> =>
    ensureManagerPki({ directory: join(config.dataDirectory, "pki"), names, nowMs: clock.nowMs() });
  let pki = await readPki();

  const claim = config.database && (await claimPostgres(config.database.postgres, clock));
  started.defer(() => claim?.release());
  const db = await openDatabase(databaseOf(config, log));
  started.defer(() => db.destroy());
  await seedDatabase(db);
  await ensureFirstUser(db, clock, config.adminPasswordFile);

  const connections = new HostConnections({
    credentials: () => ({
      certificatePem: pki.client.certificatePem,
      keyPem: pki.client.keyPem,
      authorityPem: pki.authority.certificatePem,
    }),
    clock,
    log,
    onChange: () => wake("watch-hosts"),
  });
  started.defer(() => connections.close());

  const deps: SagaDeps = { db, clock, hosts: connections, wake };
  const sagas = new Sagas<SagaDeps>({
    db,
    deps,
    clock,
    log,
    isTransient: passes,
    registry,
    async onStuck(tx, { name, correlationId }, reason) {
      await announce(tx, clock, { name: "sagaStuck", correlationId, details: { saga: name, reason } });
    },
  });
  started.defer(() => sagas.close());

  const services: Services = { db, clock, log, hosts: connections, sagas, wake };
  const driver = new Driver({
    clock,
    log,
    contextOf: (task, signal) => systemContext(services, { correlationId: `${task}-${newId()}`, signal }),
  });
  started.defer(() => driver.close());
  function wake(task: string): void {
    driver.wake(task);
  }

  const enrolment: EnrolmentContext = {
    db,
    clock,
    log,
    authority: () => pki.authority,
    managerNames: () => names,
    serverCertificatePem: () => pki.server.certificatePem,
    announce: (event) => transaction(db, (tx) => announce(tx, clock, event)),
  };
  const caCertificate = (): string => pki.authority.certificatePem;
  const server = await buildServer({
    services,
    product: { instanceId: instanceIdOf(pki), version },
    caCertificate,
    serverCertificate: () => pki.server.certificatePem,
    mounts: [(app, { isSecure }) => registerEnrolmentRoutes(app, enrolment, { isSecure })],
  });
  started.defer(() => server.close());
  const tlsOf = () => ({ cert: pki.server.certificatePem, key: pki.server.keyPem });
  const https = await orPortTaken(config.httpsPort, () =>
    server.listen({ host: config.listen, port: config.httpsPort, tls: tlsOf() }),
  );
  const http = await orPortTaken(config.httpPort, () => server.listen({ host: config.listen, port: config.httpPort }));

  driver.start(
    tasks({
      clock,
      connections,
      domainGraceMs: (config.domainGraceSeconds ?? DOMAIN_GRACE_SECONDS) * 1000,
      async renewCertificates() {
        pki = await readPki();
        if (pki.changed.length > 0) https.renew(tlsOf());
        return pki.changed;
      },
    }),
  );
  await transaction(db, (tx) => announce(tx, clock, { name: "managerStarted" }));

  const running = started.move();
  let closing: Promise<void> | undefined;
  return {
    httpsPort: https.port,
    httpPort: http.port,
    services,
    failed: claim?.lost ?? new Promise(() => undefined),
    taskState: (name) => driver.stateOf(name),
    close: () => (closing ??= stop(running, db, clock)),
  };
}

/** Whether a saga's step is tried again: the host, or the database, is away or busy. */
function passes(error: unknown): boolean {
  return isTransient(error) || isDatabaseAway(error);
}

async function stop(running: AsyncDisposableStack, db: Db, clock: Clock): Promise<void> {
  try {
    await transaction(db, (tx) => announce(tx, clock, { name: "managerStopped" }));
  } finally {
    await running.disposeAsync();
  }
}

function databaseOf({ dataDirectory, database }: Config, log: Log) {
  if (database === undefined) return { kind: "sqlite" as const, path: join(dataDirectory, "yagura.db") };
  return {
    kind: "postgres" as const,
    url: database.postgres,
    onConnectionLost: (cause: Error) => log.warn("a connection to the database ended", { error: cause.message }),
  };
}

/** Under which clients and hosts may reach this machine; the first one is its name. */
function managerNames({ names }: Config): [string, ...string[]] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ address, internal }) => internal || !address.startsWith("fe80:"))
    .map(({ address }) => address);
  const [first = hostname(), ...others] = names;
  return [first, ...new Set([...others, hostname(), "localhost", ...addresses].filter((name) => name !== first))];
}

/** The same for all Managers of one authority, and for no others. */
function instanceIdOf({ authority }: ManagerPki): string {
  const hex = createHash("sha256").update(authority.keyPem).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

async function orPortTaken<T>(port: number, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause;
    if (cause.code === "EACCES") {
      throw new PortTaken(`the Manager may not listen on port ${port}: ports below 1024 are for root`, { cause });
    }
    if (cause.code !== "EADDRINUSE") throw cause;
    const holder = await findPortHolder(port);
    const who = holder === undefined ? "another program" : `process ${holder.pid} (${holder.program})`;
    throw new PortTaken(`port ${port} is taken by ${who}; choose another one or stop that`, { cause });
  }
}
