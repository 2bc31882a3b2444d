// A Manager in the namespace of a lab's bridge, and a client of it from outside.
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connectManager, fetchAuthority, type Host, type ManagerClient } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { listenAt, openDoor } from "./door.ts";
import type { Lab, NamespaceHost } from "./namespace-host.ts";
import { type Service, startService } from "./service.ts";

const program = join(import.meta.dirname, "../../apps/manager/src/main.ts");

/** How long a host may take to be let in and up, on a slow machine. */
const settleMs = 180_000;

export interface LabManager extends AsyncDisposable {
  /** The Manager as it is reached from outside the lab. */
  readonly url: string;
  readonly client: ManagerClient;
  readonly passwordFile: string;
  readonly caFingerprint: string;
  /** Its authority, in PEM. */
  readonly ca: string;
  readonly on: NamespaceHost;
  readonly log: string;
  /** Ends it between two instructions. */
  kill(): Promise<void>;
  /** Starts it again with what it had; resolves when it serves. */
  start(): Promise<void>;
}

/** Starts a Manager that keeps what it has in `directory`, and logs in. It ends with the lab. */
export async function startLabManager(lab: Lab, directory: string): Promise<LabManager> {
  const { manager: on } = lab;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const [log, passwordFile] = [join(directory, "log"), join(directory, "admin-password")];
  const flags = ["--data", directory, "--https-port", "443", "--http-port", "80"];
  const run = async (): Promise<Service> => {
    const service = await startService(on, program, flags, log);
    await service.ready;
    return service;
  };
  await using started = new AsyncDisposableStack();
  let service = await run();
  const door = started.use(await openDoor(on, { address: on.address, port: 443 }, directory));
  const { port } = started.use(await listenAt(door));
  const url = `https://127.0.0.1:${port}`;
  const { pem: ca, fingerprint: caFingerprint } = await fetchAuthority(url);
  const password = (await readFile(passwordFile, "utf8")).trim();
  const client = started.use(await connectManager({ url, ca, username: "admin@internal", password }));
  const parts = started.move();
  const facts = { url, client, passwordFile, caFingerprint, ca, on, log };
  return {
    ...facts,
    async kill() {
      if (service.child.exitCode !== null || service.child.signalCode !== null) return;
      const ended = once(service.child, "exit");
      service.child.kill("SIGKILL");
      await ended;
    },
    async start() {
      service = await run();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Waits for a host, of which the Manager may not have heard yet. */
export async function untilHostIs(client: ManagerClient, hostId: string, status: Host["status"]): Promise<void> {
  await poll(
    `host ${hostId} to be ${status}`,
    async () => (await client.hosts.list()).some((one) => one.id === hostId && one.status === status),
    { timeoutMs: settleMs, everyMs: 250 },
  );
}
