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
    "Here, a host and what is to happen to it:",
    "  one off         a power cut: see another host become SPM, 76 s later",
    "  one on          it starts and joins again",
    "  one pause       it stands still; `one resume`",
    "  one unplug      its network cable is out; `one plug`",
    "  one run sanlock client status",
  ];
}

/** `HOST off|on|pause|resume|unplug|plug|run PROGRAM ARGUMENT…`; the answer to it. */
async function order({ hosts }: ThreeHosts, line: string): Promise<string> {
  const [title, what, program, ...args] = line.trim().split(/\s+/);
  const host = hosts.find((one) => one.title === title);
  const orders: Readonly<Record<string, () => Promise<unknown>>> = {
    off: () => host?.powerCut() ?? Promise.resolve(),
    on: () => host?.boot() ?? Promise.resolve(),
    pause: async () => host?.machine.pause(),
    resume: async () => host?.machine.resume(),
    unplug: async () => host?.machine.setLink(false),
    plug: async () => host?.machine.setLink(true),
  };
  if (title === "" || title === undefined) return "";
  if (host === undefined) return `there is no host ${title}`;
  if (what === "run" && program !== undefined) {
    const okCodes = Array.from({ length: 256 }, (_, code) => code);
    const { stdout, stderr } = await host.machine.run(program, args, { okCodes });
    return `${stdout}${stderr}`.trimEnd();
  }
  const wanted = orders[what ?? ""];
  if (wanted === undefined) return `${title} can be told: ${Object.keys(orders).join(", ")}, run PROGRAM`;
  await wanted();
  return `${title}: ${what}, done`;
}
