import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { claim } from "./claim.ts";
import { layoutOf } from "./layout.ts";

test("one start at a time works on a data directory, and the next one says for whom it waits", async () => {
  await using directory = await temporaryDirectory();
  const layout = layoutOf(directory.path);
  await mkdir(layout.run);
  const said: string[] = [];
  const first = await claim(layout, assert.fail);
  const waiting = Promise.withResolvers<void>();
  const second = claim(layout, (line) => {
    said.push(line);
    waiting.resolve();
  });
  await waiting.promise;
  assert.match(said.join(), new RegExp(`process ${process.pid}\\) is at work on ${directory.path}`));
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
});

test("the claim of a start that was killed counts for nothing", async () => {
  await using directory = await temporaryDirectory();
  const layout = layoutOf(directory.path);
  await mkdir(layout.run);
  const path = join(layout.run, "start.pid");
  await writeFile(path, JSON.stringify({ pid: process.pid, startTicks: "1" }));
  await using _ = await claim(layout, assert.fail);
  assert.match(await readFile(path, "utf8"), new RegExp(`"pid":${process.pid},`));
});
