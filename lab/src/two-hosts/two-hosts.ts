// A Manager and two hosts on a network that nobody else sees. Each host has a libvirtd and an agent of its own, and a data
// center with its own storage. The first one comes with a ticket; the second one waits until it is approved.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ManagerClient } from "@yagura/rest-client";
import { runProgram } from "@yagura/std/run-program.ts";
import { startLabManager, untilHostIs } from "../lab-manager.ts";
import { createLab, type Lab, type NamespaceHost } from "../namespace-host.ts";
import type { LibvirtDaemon } from "../private-libvirtd.ts";
import { startService } from "../service.ts";
import { addDataCenter, addStorage } from "./data-center.ts";

const agentProgram = join(import.meta.dirname, "../../../apps/agent/src/main.ts");

export interface TwoHosts extends AsyncDisposable {
  /** The Manager as it is reached from outside the lab. */
  readonly url: string;
  readonly client: ManagerClient;
  readonly passwordFile: string;
  readonly manager: NamespaceHost;
  readonly hosts: readonly LabHost[];
}

export interface LabHost extends NamespaceHost {
  readonly id: string;
  /** Of its data center, cluster and storage domain; also the name under which the Manager knows the host. */
  readonly title: string;
  readonly libvirtSocket: string;
  /** Of its agent: `host-id`, `pki/`. */
  readonly agentDirectory: string;
}

export interface TwoHostsOptions {
  /** At most six letters; see `createLab`. */
  readonly name: string;
  /** Empty, and one that QEMU's user can pass. It stays. */
  readonly directory: string;
  readonly say?: (line: string) => void;
}

/** Builds the lab; when disposed of, everything in it ends at once, as by a power cut. */
export async function startTwoHosts({ name, directory, say = () => undefined }: TwoHostsOptions): Promise<TwoHosts> {
  await using started = new AsyncDisposableStack();
  const lab = started.use(await createLab(name, 2));
  say("starting the Manager");
  const manager = started.use(await startLabManager(lab, join(directory, "manager")));
  const { url, client, passwordFile, caFingerprint } = manager;

  const build = async (on: NamespaceHost, index: number): Promise<LabHost> => {
    const title = ["one", "two"][index] ?? on.name;
    say(`starting host ${title}`);
    await addDataCenter(client, title);
    const host = await prepareHost(on, title, directory);
    const hasTicket = index === 0;
    if (hasTicket) await writeTicket(client, host);
    await startAgent(lab, host, { caFingerprint, hasTicket });
    if (!hasTicket) await approve(client, host);
    await untilHostIs(client, host.id, "up");
    await addStorage(client, title, join(directory, title, "storage"));
    say(`host ${title} is up`);
    return host;
  };
  const hosts = await Promise.all(lab.hosts.map(build));
  const services = started.move();
  return {
    url,
    client,
    passwordFile,
    manager: lab.manager,
    hosts,
    [Symbol.asyncDispose]: () => services.disposeAsync(),
  };
}

/** Its folders, its libvirtd, and an id: by default both would take the one of this machine's firmware. */
async function prepareHost(on: NamespaceHost, title: string, directory: string): Promise<LabHost> {
  const agentDirectory = join(directory, title, "agent");
  await mkdir(agentDirectory, { recursive: true, mode: 0o755 });
  await mkdir(join(directory, title, "storage"));
  const id = crypto.randomUUID();
  await writeFile(join(agentDirectory, "host-id"), `${id}\n`);
  const program = join(import.meta.dirname, "../start-libvirtd.ts");
  const [enter = "", ...rest] = on.enter;
  const { stdout } = await runProgram(enter, [...rest, process.execPath, program, join(directory, title, "libvirt")]);
  const libvirt: LibvirtDaemon = JSON.parse(stdout);
  return { ...on, id, title, agentDirectory, libvirtSocket: libvirt.socketPath };
}

async function writeTicket(client: ManagerClient, host: LabHost): Promise<void> {
  const { value = "" } = await client.host_tickets.add({ cluster: { name: host.title } });
  await writeFile(ticketFile(host), value, { mode: 0o600 });
}

function ticketFile(host: LabHost): string {
  return join(host.agentDirectory, "ticket");
}

async function startAgent(
  lab: Lab,
  host: LabHost,
  { caFingerprint, hasTicket }: { readonly caFingerprint: string; readonly hasTicket: boolean },
): Promise<void> {
  const flags = [
    ...["--data", host.agentDirectory, "--name", host.title, "--address", host.address, "--listen", host.address],
    ...["--libvirt-uri", "qemu:///system", "--libvirt-socket", host.libvirtSocket],
    ...["--manager", lab.manager.address, "--manager-https-port", "443", "--manager-http-port", "80"],
    ...["--manager-ca-fingerprint", caFingerprint, ...(hasTicket ? ["--ticket-file", ticketFile(host)] : [])],
    ...["--guest-network", "network:yagura", "--repository", join(host.agentDirectory, "../data-center")],
  ];
  await startService(host, agentProgram, flags, join(host.agentDirectory, "log"));
}

/** As an administrator does it: the host asks in, and is there to be approved. */
async function approve(client: ManagerClient, host: LabHost): Promise<void> {
  await untilHostIs(client, host.id, "pending_approval");
  await client.hosts.action(host.id, "approve", { cluster: { name: host.title } });
}
