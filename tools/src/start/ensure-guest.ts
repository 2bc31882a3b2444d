import type { ManagerClient, Vm } from "@yagura/rest-client";
import { poll } from "@yagura/std/poll.ts";
import { names, settleMs } from "./ensure-data-center.ts";

/** Enough for the demo guest: its kernel and first file system live in it. */
export const demoMemoryBytes = 256 * 1024 * 1024;

/**
 * The guest, created from the template and running.
 * @param sight what can be seen without the Manager: what it believes of a guest on this host may be older than this
 *   start (the machine was switched off, `npm run stop`), so it is held against `isAlive`
 */
export async function ensureRunning(
  client: ManagerClient,
  name: string,
  sight?: { hostName: string; isAlive: (vmId: string) => Promise<boolean> },
): Promise<string> {
  const [known] = await client.vms.list({ search: `name=${name}` });
  const vm =
    known ??
    (await client.vms.add({
      name,
      cluster: { name: names.cluster },
      template: { name: names.template },
      memory: demoMemoryBytes,
    }));
  const id = vm.id ?? "";
  const nics = client.vms.at(id).nics;
  if ((await nics.list()).length === 0) await nics.add({ name: "nic1", vnic_profile: { name: "ovirtmgmt" } });
  const settled = await poll(
    `VM ${name} to be created`,
    async () => {
      const now = await client.vms.get(id);
      return now.status === "image_locked" ? undefined : now;
    },
    { timeoutMs: settleMs, everyMs: 200 },
  );
  if (settled.status === "down" || (await hasEnded(settled))) await client.vms.action(id, "start");
  return id;

  /** Whether the guest is gone although the Manager has not noticed yet; then it has noticed when this returns. */
  async function hasEnded(vm: Vm): Promise<boolean> {
    if (sight === undefined) return false;
    const [host] = await client.hosts.list({ search: `name=${sight.hostName}` });
    if (vm.host?.id !== host?.id || (await sight.isAlive(id))) return false;
    await poll(`the Manager to see that ${name} has ended`, async () => (await client.vms.get(id)).status === "down", {
      timeoutMs: settleMs,
      everyMs: 200,
    });
    return true;
  }
}

/** What the guest's own agent says, once it does. */
export interface GuestState {
  readonly status: string;
  readonly hostName: string | undefined;
  readonly addresses: readonly string[];
}

/** Waits until the guest is up and its agent has told an address. @throws DeadlineExceeded, or Error when it went down. */
export async function waitForGuest(client: ManagerClient, vmId: string): Promise<GuestState> {
  return poll(
    "the guest to be up and to tell its address",
    async () => {
      const vm = await client.vms.get(vmId);
      if (vm.status === "down") throw new Error(`the guest went down: ${vm.stop_reason || "no reason is known"}`);
      const devices = await client.vms.at(vmId).reported_devices.list();
      const addresses = devices
        .flatMap((device) => device.ips ?? [])
        .flatMap((ip) => (ip.version === "v4" && ip.address !== undefined ? [ip.address] : []))
        .filter((address) => !address.startsWith("127."));
      const found = { status: vm.status ?? "unknown", hostName: vm.fqdn, addresses };
      return vm.status === "up" && addresses.length > 0 ? found : undefined;
    },
    { timeoutMs: settleMs, everyMs: 300 },
  );
}
