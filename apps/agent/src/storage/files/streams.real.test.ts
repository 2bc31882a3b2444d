// Bytes in and out of mounted storage, where children carry them: bind mounts in a mount namespace of our own.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { runProgram } from "@yagura/std/run-program.ts";
import { MiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { hasPrivateMounts, runInPrivateMounts } from "../../testing/in-private-mounts.ts";
import { readStream } from "./read-stream.ts";
import { writeStream } from "./write-stream.ts";

if (hasPrivateMounts) suite("streams on mounted storage", streams);
else {
  const skip = process.getuid?.() !== 0 && "only root can mount";
  test("streams on mounted storage, in a namespace of their own", { skip }, async () => {
    await runInPrivateMounts(import.meta.filename, 60_000);
  });
}

function streams(): void {
  const resources = new AsyncDisposableStack();
  const signal = new AbortController().signal;
  let path: string;

  before(async () => {
    const directory = resources.use(await temporaryDirectory());
    await chmod(directory.path, 0o755);
    const [source, mount] = [`${directory.path}/srv`, `${directory.path}/data-center/mnt/server:_x`];
    for (const one of [source, mount]) await mkdir(one, { recursive: true });
    await chown(source, 36, 36);
    await runProgram("mount", ["--bind", source, mount]);
    resources.defer(async () => void (await runProgram("umount", [mount])));
    path = `${mount}/volume`;
    await writeFile(path, "what was there before");
    await chown(path, 36, 36);
    // Nobody but 36:36 may: not even root could on a server that squashes it.
    await chmod(path, 0o600);
  });
  after(() => resources.disposeAsync());

  test("a body becomes the content, zeroes take no space, and the file is as long as it must be", async () => {
    const body = Buffer.concat([Buffer.alloc(MiB, 1), Buffer.alloc(4 * MiB), Buffer.alloc(100, 2)]);
    const target = { path, lengthBytes: body.length, fileBytes: 8 * MiB, keepsBlocks: false, signal };
    await writeStream(Readable.from(pieces(body)), target);
    const written = await readFile(path);
    assert.deepEqual(written.subarray(0, body.length), body);
    assert.deepEqual(written.subarray(body.length), Buffer.alloc(8 * MiB - body.length));
    const { blocks, uid } = await stat(path);
    assert.ok(blocks * 512 < 3 * MiB, `${blocks} blocks`);
    assert.equal(uid, 36);
  });

  test("what is no whole MiB, or no whole block, arrives as it is, and the file is cut to its length", async () => {
    for (const lengthBytes of [1, 4096, 4097, MiB - 1, MiB, MiB + 1, 2 * MiB + 8192 + 5]) {
      const body = randomBytes(lengthBytes);
      const target = { path, lengthBytes, fileBytes: lengthBytes, keepsBlocks: false, signal };
      await writeStream(Readable.from(pieces(body)), target);
      assert.deepEqual(await readFile(path), body, `${lengthBytes} bytes`);
    }
  });

  test("over blocks that are kept zeroes are written", async () => {
    await writeStream(Readable.from([Buffer.alloc(MiB)]), {
      path,
      lengthBytes: MiB,
      fileBytes: 8 * MiB,
      keepsBlocks: true,
      signal,
    });
    assert.deepEqual((await readFile(path)).subarray(0, MiB), Buffer.alloc(MiB));
    assert.ok((await stat(path)).blocks * 512 >= MiB);
  });

  test("a body that is too short or too long, or is given up, is refused", async () => {
    const target = { path, lengthBytes: 10, fileBytes: 4096, keepsBlocks: false, signal };
    await assert.rejects(writeStream(Readable.from([Buffer.alloc(9)]), target), { name: "WrongLength" });
    await assert.rejects(writeStream(Readable.from([Buffer.alloc(11)]), target), { name: "WrongLength" });
    const controller = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (let count = 0; ; count++) {
          if (count === 20) controller.abort(new Error("given up"));
          yield Buffer.alloc(MiB, 5);
        }
      })(),
    );
    const long = { ...target, lengthBytes: 2 ** 40, signal: controller.signal };
    await assert.rejects(writeStream(endless, long), /given up/);
  });

  test("what is read is the first bytes of the file; who stops reading leaves no process behind", async () => {
    await writeStream(Readable.from([Buffer.alloc(3 * MiB, 9)]), {
      path,
      lengthBytes: 3 * MiB,
      fileBytes: 3 * MiB,
      keepsBlocks: false,
      signal,
    });
    assert.deepEqual(await buffer(await readStream(path, 2 * MiB + 1)), Buffer.alloc(2 * MiB + 1, 9));
    const left = await readStream(path, 3 * MiB);
    await new Promise((resolve) => left.once("readable", resolve));
    left.destroy();
    const failing = await readStream(`${path}.absent`, 10);
    await assert.rejects(buffer(failing), /No such file/);
  });
}

function* pieces(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 100_000) yield body.subarray(at, at + 100_000);
}
