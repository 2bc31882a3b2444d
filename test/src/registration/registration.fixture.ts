// The Manager's enrolment on real HTTPS and HTTP servers, and the agent's half with its hands on real sockets and files.

import type { Server } from "node:net";
import { join } from "node:path";
import { fingerprints } from "@yagura/pki";
import { systemClock } from "@yagura/std/clock.ts";
import { type HostId, newId } from "@yagura/std/ids.ts";
import { type Log, silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import fastify, { type FastifyInstance } from "fastify";
import type { Introduction, RegistrationDeps } from "../../../apps/agent/src/registration/enrol.ts";
import { openManagerChannel } from "../../../apps/agent/src/registration/manager-channel.ts";
import { type EnrolmentWorld, enrolmentWorld } from "../../../apps/manager/src/enrolment/enrolment.fixture.ts";
import { createHostTicket } from "../../../apps/manager/src/enrolment/host-tickets.ts";
import { registerEnrolmentRoutes } from "../../../apps/manager/src/enrolment/http/register-enrolment-routes.ts";

export interface ManagerServers extends AsyncDisposable {
  readonly world: EnrolmentWorld;
  readonly https: FastifyInstance;
  readonly http: FastifyInstance;
  readonly httpsPort: number;
  readonly httpPort: number;
  readonly caPem: string;
  readonly caFingerprint: string;
  newTicket(): Promise<string>;
}

export async function startManager(): Promise<ManagerServers> {
  const world = await enrolmentWorld({ startMs: systemClock.nowMs() });
  const { server, authority } = world.pki;
  const https = fastify({ https: { cert: server.certificatePem, key: server.keyPem }, forceCloseConnections: true });
  const http = fastify({ forceCloseConnections: true });
  await registerEnrolmentRoutes(https as unknown as FastifyInstance, world.context, { isSecure: true });
  await registerEnrolmentRoutes(http, world.context, { isSecure: false });
  await https.listen({ host: "127.0.0.1", port: 0 });
  await http.listen({ host: "127.0.0.1", port: 0 });
  return {
    world,
    https: https as unknown as FastifyInstance,
    http,
    httpsPort: portOf(https.server),
    httpPort: portOf(http.server),
    caPem: authority.certificatePem,
    caFingerprint: fingerprints(authority.certificatePem).sha256,
    async newTicket() {
      const { ticket } = await createHostTicket(world.context, { clusterId: world.clusterId, validMs: 3_600_000 });
      return ticket;
    },
    async [Symbol.asyncDispose]() {
      await https.close();
      await http.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

export interface AgentSide extends AsyncDisposable {
  readonly deps: RegistrationDeps & { readonly clock: FakeClock };
  readonly introduction: Introduction;
  readonly hostId: HostId;
  readonly pkiDirectory: string;
  /** Sentences of the log at warn and error. */
  readonly warnings: string[];
}

/** An agent's data directory and everything that its registration needs. Its clock is its own. */
export async function agentSide(manager: ManagerServers, changes: Partial<Introduction> = {}): Promise<AgentSide> {
  const directory = await temporaryDirectory();
  const hostId = newId<HostId>();
  const warnings: string[] = [];
  const log: Log = {
    ...silentLog,
    warn: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
    error: (message, fields) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  return {
    deps: {
      directory: join(directory.path, "agent"),
      manager: openManagerChannel({ host: "127.0.0.1", httpsPort: manager.httpsPort }, 5000),
      clock: new FakeClock(systemClock.nowMs()),
      log,
      readSystemUuid: async () => hostId,
    },
    introduction: { name: "h1", address: "127.0.0.1", port: 54_321, caFingerprint: manager.caFingerprint, ...changes },
    hostId,
    pkiDirectory: join(directory.path, "agent", "pki"),
    warnings,
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}
