import type { LabManager } from "../lab-manager.ts";
import type { UmlHost } from "../uml/uml-host.ts";
import type { StorageHost } from "./storage-host.ts";
import {
  addNfsDomain,
  exportNames,
  startThreeHosts,
  type ThreeHosts,
  type ThreeHostsOptions,
} from "./three-hosts-nfs.ts";

/** Short leases, so that nobody has to wait long for what they came to see. */
const ioTimeoutSeconds = 2;

/** The lab with its first export as the data center's storage, what its user must know, and orders to the hosts. */
export async function buildThreeHosts(options: ThreeHostsOptions) {
  const { say = () => undefined } = options;
  const lab = await startThreeHosts({ ioTimeoutSeconds, ...options });
  try {
    const [exported] = exportNames;
    say(`making the storage domain ${exported}`);
    await addNfsDomain(lab, exported);
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
  return {
    advice: adviceOn(lab),
    take: (line: string) => order(lab, line),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}

function adviceOn({ manager, server, hosts }: ThreeHosts): string[] {
  return [
    "",
    `Address   ${manager.url}`,
    `User      admin@internal, password in ${manager.passwordFile}`,
    `Log       ${manager.log}`,
    ...hosts.map((host) => `Host ${host.title.padEnd(5)} ${host.machine.address}  its log: ${host.agentLog}`),
    `NFS       ${server.machine.address}  exports ${exportNames.map((name) => `/${name}`).join(", ")}`,
    "",
    "In another terminal:",
    `  npm run yagura -- login ${manager.url}`,
    "  npm run yagura -- host list",
    "  npm run yagura -- spm show",
    "  npm run yagura -- event follow",
    "Here, who it is to happen to (one, two, three, nfs, manager), and what:",
    "  one off              a power cut: see another host become SPM, 76 s later",
    "  one on               it starts and joins again",
    "  one pause            it stands still; `one resume`",
    "  one unplug           its network cable is out; `one plug`",
    "  one run sanlock client status",
    "  nfs off              all storage is away; `nfs on`, and pause, unplug, run as for a host",
    "  nfs withdraw data2   one export is away; `nfs give-back data2`",
    "  nfs read-only data2  nothing can be written to it; `nfs give-back data2`",
    "  manager stop         everything goes on without it; `manager start`",
  ];
}

type Order = (argument: string) => Promise<unknown>;

/** What may happen to each part of the lab, by the name under which it is told. */
function ordersOf({ hosts, server, manager }: ThreeHosts): ReadonlyMap<string, Readonly<Record<string, Order>>> {
  const ofHost = (host: StorageHost): Readonly<Record<string, Order>> => ({
    off: () => host.powerCut(),
    on: () => host.boot(),
    ...ofMachine(() => host.machine),
  });
  return new Map([
    ...hosts.map((host) => [host.title, ofHost(host)] as const),
    [
      "nfs",
      {
        off: () => server.powerCut(),
        on: () => server.bootAgain(),
        withdraw: (name) => server.withdraw(asExport(name)),
        "give-back": (name) => server.add(asExport(name)),
        "read-only": (name) => server.add(asExport(name), { isReadOnly: true }),
        ...ofMachine(() => server.machine),
      },
    ],
    ["manager", { stop: () => manager.kill(), start: () => startAnew(manager) }],
  ]);
}

function ofMachine(machine: () => UmlHost): Readonly<Record<string, Order>> {
  return {
    pause: async () => machine().pause(),
    resume: async () => machine().resume(),
    unplug: () => machine().setLink(false),
    plug: () => machine().setLink(true),
    run: (command) => runAny(machine(), command),
  };
}

async function startAnew(manager: LabManager): Promise<void> {
  await manager.kill();
  await manager.start();
}

function asExport(name: string): string {
  if (exportNames.some((known) => known === name)) return name;
  throw new Error(`there is no export "${name}": ${exportNames.join(", ")}`);
}

/** What it prints, whatever its exit code. */
async function runAny(machine: UmlHost, command: string): Promise<string> {
  const [program = "", ...args] = command.split(/\s+/);
  if (program === "") throw new Error("which program?");
  const okCodes = Array.from({ length: 256 }, (_, code) => code);
  const { stdout, stderr } = await machine.run(program, args, { okCodes });
  return `${stdout}${stderr}`.trimEnd();
}

/** `WHO WHAT [MORE…]`; the answer to it. */
async function order(three: ThreeHosts, line: string): Promise<string> {
  const [who = "", what = "", ...more] = line.trim().split(/\s+/);
  if (who === "") return "";
  const parts = ordersOf(three);
  const orders = parts.get(who);
  if (orders === undefined) return `there is no ${who}: ${[...parts.keys()].join(", ")}`;
  const wanted = Object.hasOwn(orders, what) ? orders[what] : undefined;
  if (wanted === undefined) return `${who} can be told: ${Object.keys(orders).join(", ")}`;
  const answer = await wanted(more.join(" "));
  return typeof answer === "string" ? answer : `${who}: ${[what, ...more].join(" ")}, done`;
}
