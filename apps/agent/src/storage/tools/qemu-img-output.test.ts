import assert from "node:assert/strict";
import { test } from "node:test";
import { ProgramFailed } from "@yagura/std/run-program.ts";
import { isUnsupported } from "./qemu-img.ts";
import { parseMeasure, parsePercent, parseQemuImageInfo } from "./qemu-img-output.ts";
import { parseWritten } from "./volume-blocks.ts";

test("progress is the last share that was printed, whatever stands before it", () => {
  assert.equal(parsePercent("    (0.00/100%)\r    (12.93/100%)\r"), 12);
  assert.equal(parsePercent("(100.00/100%)\r"), 100);
  assert.equal(parsePercent("2.93/100%)\r"), undefined);
  assert.equal(parseWritten("1048576 bytes (1.0 MB) copied\r2097152 bytes (2.1 MB, 2.0 MiB) copied, 1 s"), 2_097_152);
  assert.equal(parseWritten("2+0 records in"), undefined);
});

test("what is measured counts the bitmaps, which are in the file too", () => {
  assert.equal(parseMeasure('{"bitmaps": 100, "required": 1000, "fully-allocated": 9000}'), 1100);
  assert.equal(parseMeasure('{"required": 1000}'), 1000);
  assert.throws(() => parseMeasure("{}"));
  assert.throws(() => parseQemuImageInfo("[]"));
});

test("a file system that cannot allocate is told from one that failed", () => {
  const failed = (stderr: string): ProgramFailed => new ProgramFailed("x", { code: 1, how: "exited with 1", stderr });
  assert.ok(isUnsupported(failed("fallocate: fallocate failed: Operation not supported")));
  assert.ok(isUnsupported(failed("qemu-img: x: Could not preallocate data for the new file: Operation not supported")));
  assert.ok(!isUnsupported(failed("fallocate: fallocate failed: No space left on device")));
  assert.ok(
    !isUnsupported(failed("qemu-img: x: Could not preallocate data for the new file: No space left on device")),
  );
});
