import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { demoGuestCache } from "../cache-directory.ts";
import { buildDemoDisk } from "./build-demo-disk.ts";

const qemu = "/usr/bin/qemu-system-x86_64";
const skip = await access(qemu).then(
  () => false,
  () => "QEMU is not installed (package qemu-system-x86)",
);

/** Boots a disk under plain QEMU, emulated and without a display; the guest agent's socket is `agent`. */
function boot(disk: string, agent: string) {
  return spawn(qemu, [
    ...[
      "-machine",
      "q35,accel=tcg",
      "-cpu",
      "max",
      "-m",
      "256",
      "-display",
      "none",
      "-serial",
      "none",
      "-monitor",
      "none",
    ],
    ...["-drive", `file=${disk},if=virtio`, "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n"],
    ...["-device", "virtio-serial", "-chardev", `socket,path=${agent},server=on,wait=off,id=a`],
    ...["-device", "virtserialport,chardev=a,name=org.qemu.guest_agent.0"],
  ]);
}

/** Asks the guest agent; the answer, or nothing if none came within two seconds. */
async function ask(agent: string, execute: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect(agent);
  const timer = setTimeout(() => resolve(undefined), 2_000);
  socket.once("error", () => resolve(undefined));
  socket.once("connect", () => socket.write(`${JSON.stringify({ execute })}\n`));
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
    if (text.endsWith("\n")) resolve(text);
  });
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

test("the demo guest boots by BIOS from its own disk, writes to it, tells its address, and shuts down", {
  skip,
}, async () => {
  await using directory = await temporaryDirectory();
  const agent = join(directory.path, "agent.sock");
  const disk = join(directory.path, "disk.qcow2");
  const original = await buildDemoDisk({ cacheDirectory: demoGuestCache() });
  await runProgram("qemu-img", ["create", "-q", "-f", "qcow2", "-b", original, "-F", "qcow2", disk]);
  for (const bootNumber of [1, 2]) {
    const machine = boot(disk, agent);
    const ended = once(machine, "exit");
    try {
      const interfaces = await poll(
        "the guest's address",
        async () => {
          const answer = await ask(agent, "guest-network-get-interfaces");
          return answer?.includes("10.0.2.15") === true ? answer : undefined;
        },
        { timeoutMs: 90_000, everyMs: 300 },
      );
      assert.match(interfaces, /"name": "eth0"/);
      assert.match((await ask(agent, "guest-get-fsinfo")) ?? "", /"mountpoint": "\/data"/);
      await poll(
        "the guest to shut down",
        async () => {
          void ask(agent, "guest-shutdown");
          return machine.exitCode !== null || undefined;
        },
        { timeoutMs: 60_000, everyMs: 2_500 },
      );
    } finally {
      machine.kill("SIGKILL");
      await ended;
    }
    assert.match(await readBootLog(disk, directory.path), new RegExp(`boot ${bootNumber}\\n$`));
  }
});

/** What the guest wrote, read out of its disk without mounting it. */
async function readBootLog(disk: string, directory: string): Promise<string> {
  const raw = join(directory, "raw");
  await runProgram("qemu-img", ["convert", "-O", "raw", disk, raw]);
  const { stdout } = await runProgram("/sbin/debugfs", ["-R", "cat /boot-log", `${raw}?offset=${64 * 1024 * 1024}`]);
  return stdout;
}
