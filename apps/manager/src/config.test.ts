import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { BadConfig, parsePort, readConfig, showConfig } from "./config.ts";

test("readConfig takes flags before the file, and the file before defaults", async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, "manager.json"), JSON.stringify({ httpsPort: 8443, httpPort: 8080 }));
  const config = await readConfig({ data: directory.path, httpPort: 0 });
  assert.deepEqual([config.httpsPort, config.httpPort, config.listen], [8443, 0, "::"]);
});

test("readConfig refuses what it does not know, naming it", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "manager.json");
  await writeFile(path, JSON.stringify({ htpsPort: 8443 }));
  await assert.rejects(readConfig({ data: directory.path }), /htpsPort/);
  await writeFile(path, JSON.stringify({ httpsPort: "8443" }));
  await assert.rejects(readConfig({ data: directory.path }), /httpsPort/);
  await writeFile(path, "{");
  await assert.rejects(readConfig({ data: directory.path }), BadConfig);
});

test("readConfig wants a file that was named to be there", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(readConfig({ data: directory.path, config: join(directory.path, "no.json") }), BadConfig);
});

test("parsePort takes ports only", () => {
  assert.equal(parsePort("0"), 0);
  for (const text of ["", "-1", "65536", "8443x", "1e3"]) assert.throws(() => parsePort(text), BadConfig);
});

test("showConfig does not show the database's password", async () => {
  await using directory = await temporaryDirectory();
  const url = "postgres://yagura:secret@db/yagura?password=secret";
  await writeFile(join(directory.path, "manager.json"), JSON.stringify({ database: { postgres: url } }));
  assert.doesNotMatch(showConfig(await readConfig({ data: directory.path })), /secret/);
});
