import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runProgram } from "@yagura/std/run-program.ts";
import { findingKinds } from "@yagura/storage-doctor";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { runCommand } from "../../../test/run-cli.ts";

const archive = fileURLToPath(
  new URL("../../../../../packages/storage-format/fixtures/storage-domain-v5.tar.gz", import.meta.url),
);
const domainId = "25051c06-9995-42b3-a4ca-57ed9516e67d";
const imageId = "0000000a-0000-4000-8000-000000000000";
const leaf = `images/${imageId}/00000002-0000-4000-8000-000000000000.meta`;

/** The domain that a real vdsm made, below a directory of its own. */
async function goldenDomain(): Promise<AsyncDisposable & { readonly mount: string; readonly path: string }> {
  const directory = await temporaryDirectory();
  const mount = `${directory.path}/mount`;
  await mkdir(mount);
  await runProgram("tar", ["-xzf", archive, "-C", mount, "--strip-components=1"]);
  // Whatever the umask took away.
  await runProgram("chmod", ["-R", "u=rwX,g=rwX,o=rX", mount]);
  return { mount, path: `${mount}/${domainId}`, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

const doctor = (directory: string, args: readonly string[], answers?: readonly string[]) =>
  runCommand(["storage", "doctor", ...args], { directory, ...(answers !== undefined && { answers }) });

test("a domain that vdsm made is in order: one line, exit code 0, no Manager", async () => {
  await using golden = await goldenDomain();
  for (const path of [golden.path, golden.mount]) {
    const { code, stdout, stderr } = await doctor(golden.mount, [path]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(stdout, `golden-v5 in ${golden.path} is in order (1 image, 2 volumes)\n`);
  }
});

test("what is wrong is explained, with exit code 1; for scripts in JSON", async () => {
  await using golden = await goldenDomain();
  await damage(golden.path);
  const { code, stdout } = await doctor(golden.mount, [golden.path]);
  assert.equal(code, 1);
  assert.match(stdout, /1\. disorder: volume 00000002-.* is called INTERNAL, but is LEAF/);
  assert.match(stdout, / <- 00000002-.*cow sparse internal legal, 1 GiB/);
  for (const args of [["--json"], ["-o", "json"]]) {
    const json = await doctor(golden.mount, [golden.path, ...args]);
    const [report] = JSON.parse(json.stdout) as [
      { findings: { kind: string; image: string; can_be_repaired: boolean }[] },
    ];
    assert.deepEqual(
      report.findings.map((found) => [found.kind, found.image, found.can_be_repaired]),
      [["role-differs", imageId, true]],
    );
  }
});

test("what cannot be read is exit code 2, and so is wrong usage", async () => {
  await using golden = await goldenDomain();
  const missing = await doctor(golden.mount, ["/nonexistent"]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /there is no storage domain in \/nonexistent/);
  assert.equal((await doctor(golden.mount, [golden.path, "--image", "x"])).code, 2);
  assert.equal((await doctor(golden.mount, [golden.path, "--image", domainId])).code, 2);
});

test("repairs only what was agreed to, and keeps what was there", async () => {
  await using golden = await goldenDomain();
  const damaged = await damage(golden.path);
  const path = `${golden.path}/${leaf}`;

  const refused = await doctor(golden.mount, [golden.path, "--repair"], ["no"]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /set VOLTYPE=LEAF in .*\.meta/);
  assert.equal(await readFile(path, "utf8"), damaged);
  assert.equal((await doctor(golden.mount, [golden.path, "--repair"])).code, 2, "nobody is there to be asked");

  const repaired = await doctor(golden.mount, [golden.path, "--repair"], ["yes"]);
  assert.deepEqual([repaired.code, repaired.stdout.split(" is ")[1]], [0, "in order (1 image, 2 volumes)\n"]);
  assert.equal(await readFile(path, "utf8"), damaged.replace("INTERNAL", "LEAF"));
  const { stdout: kept } = await runProgram("find", [`${golden.path}/doctor-backup`, "-type", "f"]);
  assert.equal(await readFile(kept.trim(), "utf8"), damaged);
});

test("nothing is repaired while an agent is SPM of a local domain, unless that is said", async () => {
  await using golden = await goldenDomain();
  await damage(golden.path);
  const ids = `${golden.path}/dom_md/ids`;
  const cli = fileURLToPath(new URL("../../main.ts", import.meta.url));
  const run = (...more: string[]): Promise<{ code: number; stderr: string }> =>
    runProgram("flock", [ids, process.execPath, cli, "storage", "doctor", golden.path, "--repair", "--yes", ...more], {
      okCodes: [0, 1],
    });
  const held = await run();
  assert.equal(held.code, 1);
  assert.match(held.stderr, /an agent of this machine is its SPM/);
  assert.equal((await run("--although-in-use")).code, 0);
});

test("the how-to explains every kind of finding", async () => {
  const text = await readFile(new URL("../../../../../docs/how-to/heal-a-storage-domain.md", import.meta.url), "utf8");
  const missing = Object.keys(findingKinds).filter((kind) => !text.includes(`\`${kind}\``));
  assert.deepEqual(missing, []);
});

async function damage(path: string): Promise<string> {
  const text = (await readFile(`${path}/${leaf}`, "utf8")).replace("LEAF", "INTERNAL");
  await writeFile(`${path}/${leaf}`, text);
  return text;
}
