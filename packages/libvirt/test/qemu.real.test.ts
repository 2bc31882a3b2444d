// The contract with a real libvirtd on QEMU: a tiny guest, its monitor and agent, and streams of volumes and screens.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import {
  type ByteStream,
  type Connection,
  connect,
  type Domain,
  isAgentUnresponsive,
  isNoDomain,
  isNoStorageVol,
  LibvirtError,
  paramsToObject,
  type StorageVol,
  StreamAborted,
  VIR_DOMAIN_EVENT_RESUMED,
  VIR_DOMAIN_EVENT_SHUTDOWN,
  VIR_DOMAIN_EVENT_STARTED,
  VIR_DOMAIN_EVENT_STOPPED,
  VIR_DOMAIN_EVENT_SUSPENDED,
  VIR_DOMAIN_PAUSED,
  VIR_DOMAIN_RUNNING,
  VIR_DOMAIN_START_PAUSED,
  VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM,
  VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM,
} from "../src/mod.ts";
import { type RealDaemon, startRealDaemon, whyNoLibvirtd } from "./real-daemon.ts";

const MiB = 1024 * 1024;

/** Without a disk: its firmware finds nothing to boot, and needs next to no time of the processor while paused. */
const guestXml = `<domain type='qemu'>
  <name>tiny</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <video><model type='vga'/></video>
    <graphics type='vnc' listen='127.0.0.1' autoport='yes'/>
    <console type='pty'/>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
  </devices>
</domain>`;

describe("libvirtd and qemu:///system", { skip: await whyNoLibvirtd() }, () => {
  let daemon: RealDaemon;
  let libvirt: Connection;

  before(async () => {
    daemon = await startRealDaemon();
    libvirt = await connect({ uri: "qemu:///system", socketPath: daemon.socketPath });
  });
  after(async () => {
    await libvirt.close();
    await daemon[Symbol.asyncDispose]();
  });

  test("a guest is started paused, goes on, is looked at and ended, and each step is an event", async () => {
    const [heard, monitor]: [number[], string[]] = [[], []];
    await using lifecycle = await libvirt.events.domain("lifecycle", ({ event }) => heard.push(event));
    await using qmp = await libvirt.events.monitor(({ event, details }) => monitor.push(`${event} ${details ?? ""}`), {
      event: "RESUME",
    });
    assert.ok(lifecycle && qmp);
    const { dom } = await libvirt.remote.domainCreateXml({ xmlDesc: guestXml, flags: VIR_DOMAIN_START_PAUSED });
    try {
      assert.equal((await libvirt.remote.domainGetState({ dom })).state, VIR_DOMAIN_PAUSED);
      await libvirt.remote.domainResume({ dom });
      assert.equal((await libvirt.remote.domainGetInfo({ dom })).state, VIR_DOMAIN_RUNNING);
      await checkStatistics();
      await checkMonitor(dom);
      await checkScreenshot(dom);
      await checkConsole(dom);
    } finally {
      await libvirt.remote.domainDestroy({ dom });
    }
    await poll("the last event", () => heard.at(-1) === VIR_DOMAIN_EVENT_STOPPED, { timeoutMs: 10_000, everyMs: 10 });
    // QEMU may or may not say SHUTDOWN on its way out.
    assert.deepEqual(
      heard.filter((event) => event !== VIR_DOMAIN_EVENT_SHUTDOWN),
      [VIR_DOMAIN_EVENT_STARTED, VIR_DOMAIN_EVENT_SUSPENDED, VIR_DOMAIN_EVENT_RESUMED, VIR_DOMAIN_EVENT_STOPPED],
    );
    assert.ok(
      monitor.some((line) => line.startsWith("RESUME")),
      monitor.join(),
    );
    await assert.rejects(libvirt.remote.domainGetState({ dom }), isNoDomain);
  });

  async function checkStatistics(): Promise<void> {
    const { retStats } = await libvirt.remote.connectGetAllDomainStats({ doms: [], stats: 0 });
    const [record] = retStats;
    const stats = paramsToObject(record?.params ?? []);
    assert.deepEqual(
      [record?.dom.name, stats["state.state"], stats["balloon.maximum"], stats["vcpu.current"]],
      ["tiny", 1, 32 * 1024, 1],
    );
  }

  async function checkMonitor(dom: Domain): Promise<void> {
    const { result } = await libvirt.qemu.domainMonitorCommand({ dom, cmd: '{"execute":"query-status"}' });
    assert.equal(JSON.parse(result).return.status, "running");
    const agent = libvirt.qemu.domainAgentCommand({ dom, cmd: '{"execute":"guest-ping"}', timeout: 1 });
    await assert.rejects(agent, isAgentUnresponsive);
  }

  async function checkScreenshot(dom: Domain): Promise<void> {
    const { stream, mime } = await libvirt.remote.domainScreenshot({ dom, screen: 0 });
    const image = await collect(stream);
    assert.match(mime ?? "", /image/);
    assert.match(image.toString("latin1", 0, 4), /^P6|PNG/);
    assert.ok(image.length > 1_000);
  }

  async function checkConsole(dom: Domain): Promise<void> {
    const { stream } = await libvirt.remote.domainOpenConsole({ dom });
    await stream.write(Buffer.from("\n"));
    stream.abort();
    await assert.rejects(stream.read(), StreamAborted);
    const again = await libvirt.remote.domainOpenConsole({ dom, flags: 1 });
    again.stream.abort();
  }

  async function openPool(name: string): Promise<(volume: string, capacityBytes: number) => Promise<StorageVol>> {
    const path = join(daemon.directory, name);
    await mkdir(path);
    const { pool } = await libvirt.remote.storagePoolCreateXml({
      xml: `<pool type='dir'><name>${name}</name><target><path>${path}</path></target></pool>`,
    });
    return async (volume, capacityBytes) => {
      const xml = `<volume><name>${volume}</name><capacity>${capacityBytes}</capacity><allocation>0</allocation></volume>`;
      return (await libvirt.remote.storageVolCreateXml({ pool, xml })).vol;
    };
  }

  test("a volume is uploaded and downloaded, whole and in part, byte for byte", async () => {
    const create = await openPool("whole");
    const vol = await create("a", 24 * MiB);
    const content = randomBytes(24 * MiB);
    const { stream } = await libvirt.remote.storageVolUpload({ vol, offset: 0, length: 0 });
    for (let at = 0; at < content.length; at += 1_000_000) await stream.write(content.subarray(at, at + 1_000_000));
    await stream.finish();
    assert.equal(sha256(await readFile(vol.key)), sha256(content));

    const whole = await libvirt.remote.storageVolDownload({ vol, offset: 0, length: 0 });
    assert.equal(sha256(await collect(whole.stream)), sha256(content));
    const part = await libvirt.remote.storageVolDownload({ vol, offset: 5_000_001, length: 1_234_567 });
    assert.equal(sha256(await collect(part.stream)), sha256(content.subarray(5_000_001, 5_000_001 + 1_234_567)));
  });

  test("two downloads, an upload and calls share one connection", async () => {
    const create = await openPool("shared");
    const [a, b] = [await create("a", 8 * MiB), await create("b", 8 * MiB)];
    const content = randomBytes(8 * MiB);
    await upload(a, content);
    const read = async (): Promise<string> =>
      sha256(await collect((await libvirt.remote.storageVolDownload({ vol: a, offset: 0, length: 0 })).stream));
    const calls = Array.from({ length: 200 }, () => libvirt.remote.connectGetHostname());
    const [one, two] = await Promise.all([read(), read(), upload(b, content), ...calls]);
    assert.deepEqual([one, two, sha256(await readFile(b.key))], Array(3).fill(sha256(content)));
  });

  test("a slow reader holds nobody up, and a reader who leaves costs only its stream", async () => {
    const create = await openPool("slow");
    const vol = await create("a", 32 * MiB);
    await upload(vol, randomBytes(32 * MiB));
    const { stream } = await libvirt.remote.storageVolDownload({ vol, offset: 0, length: 0 });
    assert.equal((await stream.read())?.kind, "data");
    await poll("the stream to be held up", () => stream.bufferedBytes > 2 * MiB, { timeoutMs: 10_000, everyMs: 5 });
    for (let call = 0; call < 20; call++) await libvirt.remote.connectGetHostname();
    assert.ok(stream.bufferedBytes < 16 * MiB, `${stream.bufferedBytes} bytes wait`);
    stream.abort();
    for (let call = 0; call < 20; call++) await libvirt.remote.connectGetHostname();
    assert.equal(
      (await collect((await libvirt.remote.storageVolDownload({ vol, offset: 0, length: 0 })).stream)).length,
      32 * MiB,
    );
  });

  test("an upload that is longer than announced fails, and says so to whoever writes", async () => {
    const create = await openPool("small");
    const vol = await create("a", 4 * MiB);
    const { stream } = await libvirt.remote.storageVolUpload({ vol, offset: 0, length: MiB });
    const sending = (async () => {
      for (let chunk = 0; chunk < 8; chunk++) await stream.write(Buffer.alloc(MiB, 1));
      await stream.finish();
    })();
    await assert.rejects(sending, (error) => error instanceof LibvirtError && error.procedure === "storage_vol_upload");
    await libvirt.remote.storageVolDelete({ vol });
    const gone = libvirt.remote.storageVolDownload({ vol, offset: 0, length: 0 });
    await assert.rejects(gone, isNoStorageVol);
  });

  test("holes go both ways without their zeros", async () => {
    const create = await openPool("sparse");
    const [a, b] = [await create("a", 64 * MiB), await create("b", 64 * MiB)];
    const { stream: up } = await libvirt.remote.storageVolUpload({
      vol: a,
      offset: 0,
      length: 0,
      flags: VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM,
    });
    await up.write(Buffer.alloc(MiB, 7));
    await up.writeHole(62 * MiB);
    await up.write(Buffer.alloc(MiB, 8));
    await up.finish();
    assert.ok((await stat(a.key)).blocks * 512 < 8 * MiB);

    const { stream } = await libvirt.remote.storageVolDownload({
      vol: a,
      offset: 0,
      length: 0,
      flags: VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM,
    });
    const [data, holes] = [[], []] as [number[], number[]];
    for (let piece = await stream.read(); piece !== undefined; piece = await stream.read()) {
      if (piece.kind === "data") data.push(piece.bytes.length);
      else holes.push(piece.lengthBytes);
    }
    await stream.finish();
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    assert.deepEqual([sum(data), sum(holes)], [2 * MiB, 62 * MiB]);
    await upload(b, Buffer.alloc(MiB));
  });

  async function upload(vol: StorageVol, content: Buffer): Promise<void> {
    const { stream } = await libvirt.remote.storageVolUpload({ vol, offset: 0, length: 0 });
    await stream.write(content);
    await stream.finish();
  }
});

async function collect(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const bytes of stream) chunks.push(bytes);
  return Buffer.concat(chunks);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
