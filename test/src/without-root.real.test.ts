import assert from "node:assert/strict";
import { access, chown, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { openPrivateNamespace } from "@yagura/lab/private-namespace.ts";
import { connectTo, openDirectory, type Place, quickStartIn, whyNoQuickStart } from "./quick-start.ts";

// Root is needed to become somebody else, and to show him this repository wherever it lies.
const skip = await whyNoQuickStart();

test("npm start works without root: a guest on qemu:///session with user-mode networking", { skip }, async (t) => {
  await using user = await openPlainUser();
  await using centre = await quickStartIn(join(user.home, ".local/state/yagura"), user);
  const first = await centre.start();

  await t.test("it says what that costs, and the guest runs and tells its address", async () => {
    assert.match(first.said, /Without root, guests get user-mode networking: they reach out, but nothing reaches them/);
    assert.equal(first.guest.status, "up");
    assert.deepEqual(first.guest.addresses, ["10.0.2.15"]);
    using client = await connectTo(first);
    assert.equal((await client.hosts.list())[0]?.status, "up");
  });

  await t.test("everything runs as that user", async () => {
    const programs = await listProcesses(user.uid);
    for (const name of ["libvirtd", "node", "qemu-system-x86_64"]) {
      assert.ok(programs.includes(name), `${name} is not among ${programs.join(", ")}`);
    }
  });

  await t.test("npm run stop ends all of it, and the next start brings the guest back", async () => {
    await centre.stop();
    assert.deepEqual(await listProcesses(user.uid), []);
    const again = await centre.start();
    assert.equal(again.guest.status, "up");
  });

  await t.test("npm run reset leaves nothing", async () => {
    await centre[Symbol.asyncDispose]();
    assert.deepEqual(await listProcesses(user.uid), []);
    await assert.rejects(access(centre.data), { code: "ENOENT" });
  });
});

interface PlainUser extends Place, AsyncDisposable {
  readonly uid: number;
  readonly home: string;
}

/**
 * Debian's user `games`: every system knows it, nothing else runs as it, and it has no rights. It sees this repository and
 * our Node at places of its own, because they may lie where only root can go.
 */
async function openPlainUser(): Promise<PlainUser> {
  const directory = await openDirectory();
  const root = directory.path;
  const { uid, gid } = await findUser("games");
  const namespace = await openPrivateNamespace();
  const [home, node, repository] = [join(root, "plain-user"), join(root, "node"), join(root, "repository")];
  await mkdir(home);
  await chown(home, uid, gid);
  await mkdir(repository);
  await writeFile(node, "");
  await namespace.cover(repository, join(import.meta.dirname, "../.."));
  await namespace.cover(node, process.execPath);
  const become = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
  const environment = ["env", "--ignore-environment", `--chdir=${home}`, `HOME=${home}`, "PATH=/usr/bin:/bin"];
  return {
    uid,
    home,
    node,
    repository,
    enter: [...namespace.enter, ...become, ...environment],
    async [Symbol.asyncDispose]() {
      namespace[Symbol.dispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function findUser(name: string): Promise<{ uid: number; gid: number }> {
  const found = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m").exec(await readFile("/etc/passwd", "utf8"));
  if (found === null) throw new Error(`this system has no user ${name}`);
  return { uid: Number(found[1]), gid: Number(found[2]) };
}

/** The programs that run as a user; what has ended and only waits to be taken note of does not count. */
async function listProcesses(uid: number): Promise<string[]> {
  const names: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]) !== uid || /^State:\s+Z/m.test(status)) continue;
    const [program = ""] = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
    names.push(basename(program));
  }
  return names;
}
