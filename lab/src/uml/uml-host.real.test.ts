import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, suite, test } from "node:test";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { poll } from "@yagura/std/poll.ts";
import { ProgramFailed, runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { createLab, type Lab } from "../namespace-host.ts";
import { createDiskFile } from "./disk-file.ts";
import { HostIsOff } from "./guest-line.ts";
import { diskDevice, startUmlHost, type UmlHost } from "./uml-host.ts";
import { whyNoUml } from "./uml-support.ts";

const skip = await whyNoUml();

suite("a host with a kernel of its own", { skip }, () => {
  let lab: Lab;
  let host: UmlHost;
  before(async () => {
    lab = await createLab("yuml", 0);
    host = await startUmlHost({ lab, number: 1 });
  });
  after(async () => {
    await host.powerCut();
    await lab[Symbol.asyncDispose]();
  });

  test("runs programs by argument list, with input, exit code and deadline", async () => {
    const long = "x".repeat(100_000);
    assert.equal((await host.run("cat", [], { input: long })).stdout, long);
    assert.deepEqual(await host.run("busybox", ["test", "a b", "=", "c"], { okCodes: [1] }), {
      code: 1,
      stdout: "",
      stderr: "",
    });
    await assert.rejects(
      host.run("ls", ["/not there"]),
      (error) => error instanceof ProgramFailed && error.code === 2 && error.stderr.includes("/not there"),
    );
    await assert.rejects(host.run("/no/such/program", []), /could not be run/);
    await assert.rejects(host.run("sleep", ["60"], { timeoutMs: 100 }), DeadlineExceeded);
  });

  test("has the files of this machine, and keeps what it writes to itself", async () => {
    assert.equal((await host.run("cat", [import.meta.filename])).stdout, await readFile(import.meta.filename, "utf8"));
    await host.writeFile("/etc/of-the-lab", "only here\n");
    assert.equal((await host.run("cat", ["/etc/of-the-lab"])).stdout, "only here\n");
    await assert.rejects(readFile("/etc/of-the-lab"), { code: "ENOENT" });
  });

  test("is reached by its network until its cable is out, and takes orders then too", async () => {
    const answers = async (): Promise<boolean> => {
      const ping = ["busybox", "ping", "-c", "1", "-W", "1", host.address];
      return (await runProgram("ip", ["netns", "exec", lab.manager.name, ...ping], { okCodes: [0, 1] })).code === 0;
    };
    assert.equal(await answers(), true);
    await host.setLink(false);
    assert.equal(await answers(), false);
    assert.equal((await host.run("hostname", [])).stdout, "yuml-u1\n");
    await host.setLink(true);
    assert.equal(await answers(), true);
  });

  test("stands still while it is paused, and finds that time went on", async () => {
    const uptime = async (): Promise<number> => Number.parseFloat((await host.run("cat", ["/proc/uptime"])).stdout);
    await host.start("busybox", ["sh", "-c", "while usleep 10000; do echo; done"], { log: "/tmp/beats" });
    const beats = async (): Promise<number> => Number((await host.run("stat", ["-c", "%s", "/tmp/beats"])).stdout);
    await poll("the first beats", async () => (await beats()) > 3, { timeoutMs: 10_000 });
    const [beatsBefore, uptimeBefore] = [await beats(), await uptime()];
    await host.pause();
    await assert.rejects(host.run("true", [], { timeoutMs: 100 }), DeadlineExceeded);
    await host.resume();
    const [beatsAfter, uptimeAfter] = [await beats(), await uptime()];
    assert.ok(uptimeAfter - uptimeBefore >= 2, `its clock went on by ${uptimeAfter - uptimeBefore} s`);
    assert.ok(beatsAfter - beatsBefore < 100, `it beat ${beatsAfter - beatsBefore} times`);
  });

  test("is off after a reset, which is what its watchdog does to it", async () => {
    // "b" resets at once, so nobody is left to say how the program ended.
    await assert.rejects(host.run("tee", ["/proc/sysrq-trigger"], { input: "b" }), HostIsOff);
    await host.off;
  });
});

test("a power cut ends a host at once, and a shutdown writes its disk first", { skip }, async () => {
  await using directory = await temporaryDirectory();
  await using lab = await createLab("yuml", 0);
  const path = join(directory.path, "disk");
  await createDiskFile(path, 16 * MiB);
  await using host = await startUmlHost({ lab, number: 1, disks: [{ path }] });
  await host.run("mkfs.ext4", ["-q", diskDevice(0)]);
  await host.run("mount", [diskDevice(0), "/mnt"]);
  await host.writeFile("/mnt/kept", "kept");
  await host.shutDown();
  await assert.rejects(host.run("true", []), HostIsOff);

  await using again = await startUmlHost({ lab, number: 1, disks: [{ path }] });
  await again.run("mount", [diskDevice(0), "/mnt"]);
  assert.equal((await again.run("cat", ["/mnt/kept"])).stdout, "kept");
  const cutOff = assert.rejects(again.run("sleep", ["60"]), HostIsOff);
  await again.powerCut();
  await cutOff;
});

test("hosts of a lab that was killed end with it, and their names are free again", { skip }, async () => {
  const lab = await createLab("yuml", 0);
  await lab[Symbol.asyncDispose]();
  const program = `
    import { createLab } from "${join(import.meta.dirname, "../namespace-host.ts")}";
    import { startUmlHost } from "${join(import.meta.dirname, "uml-host.ts")}";
    const lab = await createLab("yuml", 0);
    await startUmlHost({ lab, number: 1 });
    process.stdout.write("up\\n");
  `;
  const killed = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: killed.stdout }), "line");
  const kernels = async (): Promise<string[]> =>
    (
      await runProgram("pgrep", ["--full", "ifname=tap1,.*/yuml-u1/|/yuml-u1/.*ifname=tap1,"], { okCodes: [0, 1] })
    ).stdout
      .split("\n")
      .filter((line) => line !== "");
  assert.notDeepEqual(await kernels(), []);
  killed.kill("SIGKILL");
  await poll("the end of the host", async () => (await kernels()).length === 0, { timeoutMs: 10_000 });

  await using anew = await createLab("yuml", 0);
  await using host = await startUmlHost({ lab: anew, number: 1 });
  await host.run("true", []);
});
