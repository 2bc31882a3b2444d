import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBytes } from "./bytes.ts";
import { parseDurationMs } from "./numbers.ts";

test("parseBytes takes what people write, in powers of 1024", () => {
  const amounts: Readonly<Record<string, number>> = {
    "1073741824": 1073741824,
    "2GiB": 2147483648,
    "2G": 2147483648,
    "2gb": 2147483648,
    "512 MiB": 536870912,
    "1.5k": 1536,
    "1TiB": 1099511627776,
  };
  for (const [text, bytes] of Object.entries(amounts)) assert.equal(parseBytes(text), bytes, text);
  for (const text of ["", "0", "-1G", "1e9", "1.0001", "2 PiB", "GiB", "99999999TiB", "0x10"]) {
    assert.throws(() => parseBytes(text), { name: "CliProblem" }, text);
  }
});

test("parseDurationMs takes seconds, minutes, hours and days", () => {
  assert.deepEqual(
    ["90", "90s", "10m", "2h", "1d"].map(parseDurationMs),
    [90_000, 90_000, 600_000, 7_200_000, 86_400_000],
  );
  for (const text of ["", "0", "1w", "1.5h", "-1", "soon"]) {
    assert.throws(() => parseDurationMs(text), { name: "CliProblem" }, text);
  }
});
