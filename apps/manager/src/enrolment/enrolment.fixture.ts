// A Manager that can do one thing: admit hosts. On a real database and with real certificates; used by tests only.

import { createRequest, type EnrolmentStatement, ensureManagerPki, type ManagerPki, signEnrolment } from "@yagura/pki";
import { type ClusterId, type DataCenterId, type HostId, newId } from "@yagura/std/ids.ts";
import type { Log, LogFields } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { type DatabaseOptions, openDatabase } from "../db/open-database.ts";
import { insertCluster } from "../db/queries/clusters.ts";
import { insertDataCenter } from "../db/queries/data-centers.ts";
import { defaultMacPoolId, seedDatabase } from "../db/seed.ts";
import { transaction } from "../db/transaction.ts";
import type { NewEvent } from "../events/record.ts";
import type { Enrolment } from "./enrol-host.ts";
import type { EnrolmentContext } from "./enrolment-context.ts";

export interface EnrolmentWorld extends AsyncDisposable {
  readonly context: EnrolmentContext;
  readonly clock: FakeClock;
  readonly pki: ManagerPki;
  readonly clusterId: ClusterId;
  readonly events: NewEvent[];
  /** Everything that was logged, as text. */
  readonly logLines: string[];
}

export interface EnrolmentWorldOptions {
  readonly withCluster?: boolean;
  /** By default one in memory. */
  readonly database?: DatabaseOptions;
  /** For TLS, which believes the machine's own clock. */
  readonly startMs?: number;
}

export async function enrolmentWorld(options: EnrolmentWorldOptions = {}): Promise<EnrolmentWorld> {
  const clock = new FakeClock(options.startMs);
  const directory = await temporaryDirectory();
  const names: [string, ...string[]] = ["localhost", "127.0.0.1", "manager.example.org"];
  const pki = await ensureManagerPki({ directory: `${directory.path}/pki`, names, nowMs: clock.nowMs() });
  const db = await openDatabase(options.database ?? { kind: "sqlite", path: ":memory:" });
  const clusterId = newId<ClusterId>();
  const events: NewEvent[] = [];
  const logLines: string[] = [];
  const context: EnrolmentContext = {
    db,
    clock,
    log: collectingLog(logLines),
    authority: () => pki.authority,
    serverCertificatePem: () => pki.server.certificatePem,
    managerNames: () => names,
    announce: async (event) => events.push(event),
  };
  if (options.withCluster !== false) await addCluster(context, clusterId);
  return {
    context,
    clock,
    pki,
    clusterId,
    events,
    logLines,
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Keeps what is logged instead of writing it. */
export function collectingLog(lines: string[]): Log {
  const keep = (message: string, fields?: LogFields): void =>
    void lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, with: () => log };
  return log;
}

/** A request as an agent makes it. `changes` are made before it is signed. */
export async function enrolmentOf(
  host: { readonly keyPem: string; readonly hostId: HostId },
  changes: Partial<Pick<Enrolment, "ticket" | "address" | "port" | "name" | "source" | "isFromHere">> = {},
): Promise<Enrolment> {
  const { source = "192.0.2.9", isFromHere = false, ...rest } = changes;
  const csr = await createRequest({ keyPem: host.keyPem, commonName: "any" });
  const address = `${host.hostId.slice(0, 8)}.example.org`;
  const statement: EnrolmentStatement & { hostId: HostId } = {
    name: "h1",
    address,
    port: 54_321,
    ...rest,
    hostId: host.hostId,
    csr,
  };
  return { ...statement, proof: signEnrolment(statement, host.keyPem), source, isFromHere };
}

async function addCluster({ db }: EnrolmentContext, clusterId: ClusterId): Promise<void> {
  const dataCenterId = newId<DataCenterId>();
  await seedDatabase(db);
  const common = { description: "", comment: "" };
  await transaction(db, async (tx) => {
    await insertDataCenter(tx, {
      ...common,
      id: dataCenterId,
      name: "Default",
      isLocal: false,
      status: "uninitialized",
      compatibilityVersion: "4.7",
      macPoolId: defaultMacPoolId,
      masterVersion: 0,
    });
    await insertCluster(tx, {
      ...common,
      id: clusterId,
      name: "Default",
      dataCenterId,
      architecture: "x86_64",
      cpuType: "",
      compatibilityVersion: "4.7",
      biosType: "q35_sea_bios",
      macPoolId: defaultMacPoolId,
    });
  });
}
