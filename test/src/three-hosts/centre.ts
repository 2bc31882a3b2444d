// One data center on three real hosts with two NFS domains, for the tests that need one.
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { addNfsDomain, startThreeHosts, type ThreeHosts } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import type { DomainPlace } from "@yagura/lab/three-hosts-nfs/watch-changes.ts";

export interface Centre extends AsyncDisposable {
  readonly three: ThreeHosts;
  /** Of the domains on the exports `data` (the master) and `data2`. */
  readonly domains: readonly [DomainPlace, DomainPlace];
}

export interface CentreOptions {
  /** At most six letters; see `createLab`. */
  readonly name: string;
  readonly ioTimeoutSeconds?: 2 | 5 | 10;
}

/** Builds it, which takes about a minute. */
export async function openCentre({ name, ioTimeoutSeconds = 2 }: CentreOptions): Promise<Centre> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp("/var/lib/yagura-test-");
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o755);
  const three = stack.use(await startThreeHosts({ name, directory, ioTimeoutSeconds }));
  const addDomain = async (exportName: string): Promise<DomainPlace> => ({
    id: await addNfsDomain(three, exportName),
    exportName,
  });
  const domains = await explained(three, async () => [await addDomain("data"), await addDomain("data2")] as const);
  const parts = stack.move();
  return { three, domains, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Does something; when it fails, the error also has what the Manager and the agents logged last. */
export async function explained<T>(three: ThreeHosts, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const managerLog = await readFile(three.manager.log, "utf8").catch(() => "");
    const said = await Promise.all(three.hosts.map((host) => host.agentSaid()));
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${reason}\n--- Manager:\n${managerLog.trim().split("\n").slice(-40).join("\n")}\n${said.join("")}`,
      { cause },
    );
  }
}
