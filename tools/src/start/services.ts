// The processes of the data centre on this machine: libvirtd (the machine's or ours), the Manager, the host agent.
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { ensureLibvirtd, type LibvirtDaemon } from "@yagura/lab/private-libvirtd.ts";
import { connect } from "@yagura/libvirt";
import { connectManager, fetchAuthority, type ManagerClient } from "@yagura/rest-client";
import { pathExists } from "@yagura/std/path-exists.ts";
import { type Daemon, ensureDaemon } from "./daemon.ts";
import type { Layout } from "./layout.ts";
import type { StartOptions } from "./options.ts";
import { choosePort } from "./ports.ts";

/** A libvirtd that has just started may look at its storage and networks first. */
const libvirtAnswerMs = 30_000;

const apps = join(import.meta.dirname, "../../../apps");

/** What the Manager prints when it serves. */
export interface ManagerReady {
  readonly httpsPort: number;
  readonly httpPort: number;
}

/** The Manager with its address, and a client that is logged in as its administrator. */
export interface RunningManager extends Daemon<ManagerReady> {
  readonly url: string;
  readonly ca: string;
  readonly caFingerprint: string;
  readonly client: ManagerClient;
}

/** The data directory cannot be one. */
export class NoDataDirectory extends Error {
  override readonly name = "NoDataDirectory";
}

/**
 * Makes the folders. QEMU's user must be able to pass the root, so it is open to be passed by all, and only that.
 * @throws NoDataDirectory
 */
export async function makeFolders(layout: Layout): Promise<void> {
  await makeAll(layout).catch((cause) => {
    throw new NoDataDirectory(`${layout.root} cannot be the data directory`, { cause });
  });
}

async function makeAll(layout: Layout): Promise<void> {
  for (const path of [layout.root, layout.storage, layout.libvirt]) await mkdir(path, { recursive: true, mode: 0o755 });
  for (const path of [layout.manager, layout.agent, layout.cache, layout.log, layout.run]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
}

/** A place below which QEMU's user cannot reach anything. */
export class NotPassable extends Error {
  override readonly name = "NotPassable";
}

/**
 * As root, guests run as another user: each folder above their disks that is there already must let it pass.
 * @throws NotPassable, NoDataDirectory
 */
export async function refuseClosedParents(directory: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  for (let path = directory; path !== "/"; path = dirname(path)) {
    const found = await stat(path).catch(() => undefined); // Not there yet: it will be made, and open.
    if (found?.isFile() === true) throw new NoDataDirectory(`the data cannot be in ${directory}: ${path} is a file`);
    if (found !== undefined && (found.mode & 0o001) === 0) {
      throw new NotPassable(
        `QEMU, which runs as a user of its own, cannot pass ${path}. Let it pass (chmod o+x ${path}), or choose another --data.`,
      );
    }
  }
}

/** Starts a libvirtd or finds one, and asks it once, so that a refusal is told here and not found in the agent's log. */
export async function startLibvirt(layout: Layout): Promise<LibvirtDaemon> {
  const daemon = await ensureLibvirtd(layout.libvirt);
  const { uri, socketPath } = daemon;
  await using connection = await connect({ uri, socketPath, connectTimeoutMs: libvirtAnswerMs });
  await connection.remote.connectGetHostname();
  return daemon;
}

/** Starts the Manager, or finds it running, and logs in. */
export async function startManager(layout: Layout, options: StartOptions): Promise<RunningManager> {
  const passwordFile = options.adminPasswordFile ?? layout.adminPassword;
  const remembered = await recallPorts(layout);
  const args = async (): Promise<string[]> => {
    const httpsPort = await choosePort(
      "the API's port",
      options.listen,
      options.httpsPort,
      remembered?.https ?? [443, 8443],
    );
    const httpPort = await choosePort(
      "the registration port",
      options.listen,
      options.httpPort,
      remembered?.http ?? [80, 8080],
    );
    return [
      join(apps, "manager/src/main.ts"),
      ...["--data", layout.manager, "--listen", options.listen, "--admin-password-file", passwordFile],
      ...["--https-port", `${httpsPort}`, "--http-port", `${httpPort}`],
    ];
  };
  const daemon = await ensureDaemon<ManagerReady>(layout, "manager", args);
  await writeFile(join(layout.run, "ports.json"), JSON.stringify(daemon.ready));
  const url = `https://${addressOf(options)}:${daemon.ready.httpsPort}`;
  // The Manager runs on this machine and wrote its authority's certificate into its own folder: no need to trust blindly.
  const authority = await fetchAuthority(url);
  const password = (await readFile(passwordFile, "utf8")).trim();
  const client = await connectManager({ url, ca: authority.pem, username: "admin@internal", password });
  return { ...daemon, url, ca: authority.pem, caFingerprint: authority.fingerprint, client };
}

/** Starts the host agent; on its first start it registers with the ticket that `createTicket` makes. */
export async function startAgent(
  layout: Layout,
  options: StartOptions,
  parts: {
    readonly manager: RunningManager;
    readonly libvirt: LibvirtDaemon;
    readonly createTicket: () => Promise<string>;
  },
): Promise<Daemon<{ readonly port: number }>> {
  const { manager, libvirt, createTicket } = parts;
  const ticketFile = join(layout.run, "host-ticket");
  const portFile = join(layout.run, "agent-port");
  const agent = await ensureDaemon<{ readonly port: number }>(layout, "agent", async () => {
    const port = chooseAgentPort(options.agentPort, await readPort(portFile));
    await choosePort("the host agent's port", options.listen, port, []);
    if (!(await pathExists(join(layout.agent, "pki/cert.pem")))) {
      await writeFile(ticketFile, await createTicket(), { mode: 0o600 });
      await chmod(ticketFile, 0o600);
    }
    return [
      join(apps, "agent/src/main.ts"),
      ...["--data", layout.agent, "--listen", options.listen, "--port", `${port}`],
      ...["--libvirt-uri", libvirt.uri, "--libvirt-socket", libvirt.socketPath],
      ...["--name", hostname(), "--address", addressOf(options)],
      ...["--manager", addressOf(options), "--manager-https-port", `${manager.ready.httpsPort}`],
      ...["--manager-http-port", `${manager.ready.httpPort}`, "--manager-ca-fingerprint", manager.caFingerprint],
      ...((await pathExists(ticketFile)) ? ["--ticket-file", ticketFile] : []),
      ...["--guest-network", libvirt.uri === "qemu:///system" ? "network:yagura" : "user"],
      ...["--repository", join(layout.root, "data-center")],
    ];
  });
  await writeFile(portFile, `${agent.ready.port}`);
  await rm(ticketFile, { force: true }); // It has been used up.
  return agent;
}

/** The host is registered with a port of its agent. */
export class OtherAgentPort extends Error {
  override readonly name = "OtherAgentPort";
}

/** The Manager goes on looking for the agent where it was at its registration. @throws OtherAgentPort */
export function chooseAgentPort(wanted: number | undefined, registered: number | undefined): number {
  if (registered === undefined) return wanted ?? 54_321;
  if (wanted === undefined || wanted === 0 || wanted === registered) return registered;
  throw new OtherAgentPort(
    `this host is registered with port ${registered} of its agent, not ${wanted}; leave --agent-port out, or npm run reset`,
  );
}

async function readPort(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The address by which this machine reaches what listens on `--listen`. */
function addressOf({ listen }: StartOptions): string {
  return listen === "0.0.0.0" || listen === "::" ? "127.0.0.1" : listen;
}

/** The ports of the last start: addresses that people noted should go on working. */
async function recallPorts(layout: Layout): Promise<{ https: number[]; http: number[] } | undefined> {
  const text = await readFile(join(layout.run, "ports.json"), "utf8").catch(() => "");
  const found = /"httpsPort":(\d+).*"httpPort":(\d+)/.exec(text);
  return found === null ? undefined : { https: [Number(found[1])], http: [Number(found[2])] };
}
