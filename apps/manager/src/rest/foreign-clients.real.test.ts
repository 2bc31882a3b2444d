import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ensureManagerPki } from "@yagura/pki";
import { systemClock } from "@yagura/std/clock.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { populate } from "./inventory.fixture.ts";
import { restWorld, testPassword } from "./rest-world.fixture.ts";

// Programs that were written for oVirt, unchanged. Debian: fence-agents; gir1.2-govirt-1.0 and python3-gi.

const python = "/usr/bin/python3";

async function whyNot(what: string, program: string, args: readonly string[]): Promise<string | false> {
  try {
    await runProgram(program, args, { timeoutMs: 20_000 });
    return false;
  } catch {
    return `${what} is not installed here`;
  }
}

const importGovirt = 'import gi; gi.require_version("GoVirt", "1.0"); from gi.repository import GoVirt';
const noGovirt = await whyNot("libgovirt for Python (gir1.2-govirt-1.0, python3-gi)", python, ["-c", importGovirt]);
const noFence = await whyNot("fence_rhevm (fence-agents)", "fence_rhevm", ["-o", "metadata"]);

async function listening() {
  await using made = new AsyncDisposableStack();
  const directory = made.use(await temporaryDirectory());
  const world = made.use(await restWorld());
  await populate(world);
  // The certificate must be valid now, on the clock of the client.
  const names = ["localhost", "127.0.0.1"] as const;
  const pki = await ensureManagerPki({ directory: join(directory.path, "pki"), names, nowMs: systemClock.nowMs() });
  const tls = { cert: pki.server.certificatePem, key: pki.server.keyPem };
  const { port } = await world.server.listen({ host: "127.0.0.1", port: 0, tls });
  const owned = made.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test("fence_rhevm lists guests and tells their state", { skip: noFence }, async () => {
  await using manager = await listening();
  const login = ["-a", "127.0.0.1", `--ipport=${manager.port}`, "-l", "admin@internal", "-p", testPassword];
  const fence = async (...args: string[]) =>
    runProgram("fence_rhevm", [...login, "--ssl", "--ssl-insecure", ...args], { timeoutMs: 30_000, okCodes: [0, 2] });
  const list = await fence("-o", "list");
  assert.deepEqual(list.stdout.trim().split("\n").sort(), ["demo,", "other,"]);
  assert.match((await fence("-o", "status", "-n", "demo")).stdout, /Status: ON/);
  assert.match((await fence("-o", "status", "-n", "other")).stdout, /Status: OFF/);
  assert.match((await fence("-o", "status", "-n", "demo", "--use-cookies")).stdout, /Status: ON/);
});

test("libgovirt, which remote-viewer stands on, reads the inventory", { skip: noGovirt }, async () => {
  await using manager = await listening();
  const script = `${importGovirt}
proxy = GoVirt.Proxy.new("localhost:${manager.port}")
proxy.set_property("ssl-strict", False)
proxy.set_property("username", "admin@internal")
proxy.set_property("password", "${testPassword}")
api = proxy.fetch_api()
def names(collection):
    collection.fetch(proxy)
    return ",".join(sorted(collection.get_resources()))
vms = api.get_vms()
print(names(vms), names(api.get_hosts()), names(api.get_storage_domains()), names(api.get_clusters()))
vm = vms.lookup_resource("demo")
vm.refresh(proxy)
print(vm.get_property("state").value_nick, names(api.search_vms("name=other")), names(vm.get_cdroms()))
`;
  const { stdout } = await runProgram(python, ["-c", script], { timeoutMs: 60_000 });
  assert.equal(stdout, "demo,other one local Default\nup other cdrom0\n");
});
