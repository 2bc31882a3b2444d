import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { poll } from "@yagura/std/poll.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { holdFileLock } from "./hold-file-lock.ts";

const skip = existsSync("/usr/bin/flock") ? false : "the program flock is not installed";

describe("holdFileLock", { skip }, () => {
  test("lets nobody else in until it is released", async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/ids`;
    await writeFile(path, "");
    const lock = await holdFileLock(path);
    await assert.rejects(holdFileLock(path), { name: "FileIsLocked" });
    await lock.release();
    await lock.ended;
    await (await holdFileLock(path)).release();
  });

  test("says what is wrong with a file that cannot be locked", async () => {
    await assert.rejects(holdFileLock("/nonexistent/ids"), /flock ended with \d+: .*ids/);
  });

  test("gives the lock free when the process that holds it is killed", async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/ids`;
    await writeFile(path, "");
    const code = `
      const { holdFileLock } = await import(${JSON.stringify(fileURLToPath(new URL("./hold-file-lock.ts", import.meta.url)))});
      await holdFileLock(${JSON.stringify(path)});
      console.log("held");`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    await assert.rejects(holdFileLock(path), { name: "FileIsLocked" });
    holder.kill("SIGKILL");
    const lock = await poll("the lock to be free", () => holdFileLock(path).catch(() => false as const), {
      timeoutMs: 5000,
      everyMs: 20,
    });
    await lock.release();
  });
});
