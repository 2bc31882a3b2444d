// What the children are for: an NFS server that is silent, seen by a host with a kernel of its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { createLab, type Lab } from "@yagura/lab/namespace-host.ts";
import { createDiskFile } from "@yagura/lab/uml/disk-file.ts";
import { exportFolder, folderOf, nfsPrograms, serveNfs, withdrawExport } from "@yagura/lab/uml/nfs.ts";
import { diskDevice, startUmlHost, type UmlHost } from "@yagura/lab/uml/uml-host.ts";
import { whyNoUml } from "@yagura/lab/uml/uml-support.ts";
import { poll } from "@yagura/std/poll.ts";
import { GiB } from "@yagura/std/units.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";

const skip = await whyNoUml(nfsPrograms);
const repository = "/var/lib/yagura/data-center";
const output = "/tmp/nfs-host.log";
const [cut, well] = ["75f8a1bb-4504-4314-91ca-d9365a30692b", "0a5a3a0e-8a31-4a0c-9d8a-6a3a7a1b2c3d"];

interface Seen {
  readonly statuses?: readonly number[];
  readonly made?: boolean;
  readonly owner?: string;
  readonly changed?: string;
  readonly isValid?: boolean;
  readonly vitals?: Readonly<
    Record<string, { isValid: boolean; code: number; lastCheckSeconds: number; delaySeconds: number }>
  >;
  readonly pids?: Readonly<Record<string, number>>;
}

suite("a host with NFS storage", { skip }, () => {
  const resources = new AsyncDisposableStack();
  let lab: Lab;
  let failing: UmlHost;
  let healthy: UmlHost;
  let host: UmlHost;

  before(async () => {
    const directory = resources.use(await temporaryDirectory());
    lab = resources.use(await createLab("ywat", 0));
    const startServer = async (number: number): Promise<UmlHost> => {
      const path = join(directory.path, `exported-${number}`);
      await createDiskFile(path, GiB);
      const server = resources.use(await startUmlHost({ lab, number, memoryMiB: 256, disks: [{ path }] }));
      await serveNfs(server, diskDevice(0));
      return server;
    };
    failing = await startServer(1);
    healthy = await startServer(2);
    host = resources.use(await startUmlHost({ lab, number: 3, memoryMiB: 512 }));
    await host.run("modprobe", ["nfs"]);
  });
  after(() => resources.disposeAsync());

  test("two exports are mounted with oVirt's options; one where root is nobody works all the same", async () => {
    const exported = [await exportFolder(failing, "cut"), await exportFolder(healthy, "well", { squashesRoot: true })];
    const program = join(import.meta.dirname, "nfs-host.fixture.ts");
    await host.start(process.execPath, [program, repository, cut, exported[0] ?? "", well, exported[1] ?? ""], {
      log: output,
    });
    await sees("both connected", ({ statuses }) => statuses !== undefined);
    assert.deepEqual((await lines()).find(({ statuses }) => statuses !== undefined)?.statuses, [0, 0]);
    await sees("both domains", ({ vitals }) => vitals?.[cut]?.isValid === true && vitals[well]?.isValid === true);
    assert.deepEqual(
      (await lines()).flatMap(({ made, owner }) => (made === undefined ? [] : [[made, owner]])),
      [
        [true, "36:36"],
        [true, "36:36"],
      ],
    );
    const mounted = (await host.run("findmnt", ["-n", "-o", "OPTIONS", `${repository}/mnt/${failing.address}:_cut`]))
      .stdout;
    assert.match(mounted, /nosuid,nodev,noexec.*vers=4\.2,.*soft,nosharecache,.*timeo=100,retrans=3/);
    const pids = Object.values((await last()).pids ?? {}).join(",");
    assert.deepEqual((await host.run("ps", ["-o", "uid=,gid=", "-p", pids])).stdout.trim().split(/\s+/), [
      "36",
      "36",
      "36",
      "36",
    ]);
  });

  test("a server that is silent is told within two periods, its child is killed, and the other domain is looked at as ever", async () => {
    const before = (await last()).pids ?? {};
    const place = `${repository}/mnt/${failing.address}:_cut`;
    await failing.setLink(false);
    const from = (await lines()).length;
    await sees("the loss", ({ changed, isValid }) => changed === cut && isValid === false, { from, timeoutMs: 25_000 });
    await poll("the child's end", async () => !(await isAlive(before[place])), { timeoutMs: 5_000 });
    // Through the whole loss, and for two looks more.
    const until = (await lines()).length + 20;
    await poll("some more lines", async () => (await lines()).length >= until, { timeoutMs: 60_000, everyMs: 1_000 });
    for (const { vitals } of (await lines()).slice(from)) {
      const { isValid, lastCheckSeconds, delaySeconds } = vitals?.[well] ?? {
        isValid: true,
        lastCheckSeconds: 0,
        delaySeconds: 0,
      };
      assert.ok(isValid && lastCheckSeconds < 13 && delaySeconds < 3, JSON.stringify(vitals));
    }
    assert.equal((await last()).vitals?.[cut]?.code, 379);
  });

  test("when it answers again the domain is back by itself, and told at once", async () => {
    const from = (await lines()).length;
    await failing.setLink(true);
    await sees("the return", ({ changed, isValid }) => changed === cut && isValid === true, {
      from,
      timeoutMs: 90_000,
    });
    assert.equal((await last()).pids?.[`${repository}/mnt/${healthy.address}:_well`] !== undefined, true);
  });

  test("an export that was replaced on its server is mounted again by itself", async () => {
    const from = (await lines()).length;
    const folder = folderOf("cut");
    await failing.run("cp", ["-a", folder, `${folder}.new`]);
    await withdrawExport(failing, "cut");
    await failing.run("rm", ["-rf", folder]);
    await failing.run("mv", [`${folder}.new`, folder]);
    await sees("the loss", ({ changed, isValid }) => changed === cut && isValid === false, { from, timeoutMs: 30_000 });
    await exportFolder(failing, "cut");
    await sees("the return", ({ changed, isValid }) => changed === cut && isValid === true, {
      from,
      timeoutMs: 60_000,
    });
  });

  async function lines(): Promise<Seen[]> {
    const text = (await host.run("cat", [output])).stdout;
    return text
      .split("\n")
      .flatMap((line) => (line.startsWith('{"') && !line.includes('"level"') ? [JSON.parse(line) as Seen] : []));
  }

  async function last(): Promise<Seen> {
    return (await lines()).findLast(({ vitals }) => vitals !== undefined) ?? {};
  }

  async function sees(what: string, is: (seen: Seen) => boolean, { from = 0, timeoutMs = 60_000 } = {}): Promise<void> {
    await poll(what, async () => (await lines()).slice(from).some(is), { timeoutMs, everyMs: 500 }).catch(
      async (cause: unknown) => {
        const log = (await host.run("grep", ["-F", '"level"', output], { okCodes: [0, 1] })).stdout;
        const seen = JSON.stringify(await last());
        throw new Error(`did not see ${what}; the host saw last:\n${seen}\nand said:\n${log}`, { cause });
      },
    );
  }

  async function isAlive(pid: number | undefined): Promise<boolean> {
    if (pid === undefined) return false;
    const { code, stdout } = await host.run("ps", ["-o", "stat=", "-p", String(pid)], { okCodes: [0, 1] });
    return code === 0 && !stdout.startsWith("Z");
  }
});
