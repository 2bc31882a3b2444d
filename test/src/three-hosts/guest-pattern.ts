// A file inside a guest on a host with a kernel of its own, by way of its guest agent and virsh: past everything that is tested.
import type { StorageHost } from "@yagura/lab/three-hosts-nfs/storage-host.ts";
import { poll } from "@yagura/std/poll.ts";

/** Writes a file of random bytes to the guest's disk and flushes it; its checksum. */
export async function writeGuestPattern(host: StorageHost, vmId: string, path: string): Promise<string> {
  await runInGuest(host, vmId, ["dd", "if=/dev/urandom", `of=${path}`, "bs=64k", "count=32", "conv=fsync"]);
  return readGuestChecksum(host, vmId, path);
}

/** Waits until a guest whose storage was away does what it is told again. */
export async function untilGuestAnswers(host: StorageHost, vmId: string): Promise<void> {
  const answers = (): Promise<boolean> =>
    runInGuest(host, vmId, ["sync"]).then(
      () => true,
      () => false,
    );
  await poll("the guest to answer", answers, { timeoutMs: 240_000, everyMs: 1_000 });
}

/** Past the guest's cache. */
export async function readGuestChecksum(host: StorageHost, vmId: string, path: string): Promise<string> {
  await runInGuest(host, vmId, ["sh", "-c", "echo 3 > /proc/sys/vm/drop_caches"]);
  const [sum = ""] = (await runInGuest(host, vmId, ["sha256sum", path])).split(" ");
  if (!/^[0-9a-f]{64}$/.test(sum)) throw new Error(`no checksum of ${path}: ${sum}`);
  return sum;
}

async function runInGuest(
  host: StorageHost,
  vmId: string,
  [program = "", ...args]: readonly string[],
): Promise<string> {
  const { pid } = await ask<{ pid: number }>(host, vmId, "guest-exec", {
    path: `/bin/busybox`,
    arg: [program, ...args],
    "capture-output": true,
  });
  for (;;) {
    const status = await ask<Status>(host, vmId, "guest-exec-status", { pid });
    if (!status.exited) continue;
    if (status.exitcode !== 0) throw new Error(`${program} in the guest ended with ${status.exitcode}`);
    return Buffer.from(status["out-data"] ?? "", "base64").toString();
  }
}

interface Status {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly "out-data"?: string;
}

async function ask<T>(host: StorageHost, vmId: string, execute: string, args: object): Promise<T> {
  const command = JSON.stringify({ execute, arguments: args });
  const { stdout } = await host.machine.run("virsh", ["-c", "qemu:///system", "qemu-agent-command", vmId, command]);
  const answer: { return: T } = JSON.parse(stdout);
  return answer.return;
}
