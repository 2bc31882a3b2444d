// TLS and TCP against a real libvirtd that listens: whose certificate is taken, by either side.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { connect as connectSocket, createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { poll } from "@yagura/std/poll.ts";
import { AuthenticationRefused, CannotConnect, connect } from "../src/mod.ts";
import { type CertificateFiles, makeCertificates, readCertificates } from "./certificates.ts";
import { type RealDaemon, startRealDaemon, whyNoLibvirtd } from "./real-daemon.ts";

describe("libvirtd over the network", { skip: await whyNoLibvirtd() }, () => {
  let daemon: RealDaemon;
  let listening: ChildProcess;
  let ports: { tls: number; tcp: number };
  let [server, client, stranger] = [] as unknown as [CertificateFiles, CertificateFiles, CertificateFiles];

  before(async () => {
    daemon = await startRealDaemon();
    const [known, unknown] = [join(daemon.directory, "known"), join(daemon.directory, "unknown")];
    await Promise.all([known, unknown].map((path) => mkdir(path)));
    [server, client] = (await makeCertificates(known, ["server", "client"])) as [CertificateFiles, CertificateFiles];
    [stranger] = (await makeCertificates(unknown, ["stranger"])) as [CertificateFiles];
    ports = { tls: await freePort(), tcp: await freePort() };
    process.kill(await daemon.pid(), "SIGKILL");
    listening = await listenInstead();
  });
  after(async () => {
    listening.kill("SIGKILL");
    await daemon[Symbol.asyncDispose]();
  });

  const tlsUri = (): string => `test+tls://localhost:${ports.tls}/default`;

  test("TLS with certificates of one CA connects, and calls and events work", async () => {
    await using libvirt = await connect({ uri: tlsUri(), tls: await readCertificates(client) });
    await libvirt.remote.connectGetLibVersion();
    const heard: number[] = [];
    await using subscription = await libvirt.events.domain("lifecycle", ({ event }) => heard.push(event));
    const { dom } = await libvirt.remote.domainLookupByName({ name: "test" });
    await libvirt.remote.domainSuspend({ dom });
    await poll("an event", () => heard.length > 0, { timeoutMs: 5_000, everyMs: 5 });
    await Promise.all(Array.from({ length: 500 }, () => libvirt.remote.connectGetCapabilities()));
    assert.ok(subscription);
  });

  test("no call over TLS waits for the next keepalive", async () => {
    for (let round = 0; round < 20; round++) {
      await using libvirt = await connect({ uri: tlsUri(), tls: await readCertificates(client) });
      const begin = performance.now();
      await Promise.all(Array.from({ length: 500 }, () => libvirt.remote.connectGetCapabilities()));
      assert.ok(performance.now() - begin < 4_000, `round ${round}`);
    }
  });

  test("a stream over TLS is held up by a slow reader, and comes whole in the end", async () => {
    const uri = `qemu+tls://localhost:${ports.tls}/system`;
    await using libvirt = await connect({ uri, tls: await readCertificates(client) });
    const path = join(daemon.directory, "pool");
    await mkdir(path);
    const xml = `<pool type='dir'><name>p</name><target><path>${path}</path></target></pool>`;
    const { pool } = await libvirt.remote.storagePoolCreateXml({ xml });
    const volume = "<volume><name>v</name><capacity unit='MiB'>16</capacity></volume>";
    const { vol } = await libvirt.remote.storageVolCreateXml({ pool, xml: volume });
    const content = randomBytes(16 * 1024 * 1024);
    const { stream: up } = await libvirt.remote.storageVolUpload({ vol, offset: 0, length: 0 });
    await up.write(content);
    await up.finish();

    const { stream } = await libvirt.remote.storageVolDownload({ vol, offset: 0, length: 0 });
    await poll("the stream to be held up", () => stream.bufferedBytes > 2 * 1024 * 1024, { timeoutMs: 10_000 });
    await libvirt.remote.connectGetHostname();
    assert.ok(stream.bufferedBytes < 12 * 1024 * 1024, `${stream.bufferedBytes} bytes wait`);
    const chunks: Uint8Array[] = [];
    for await (const bytes of stream) chunks.push(bytes);
    assert.ok(Buffer.concat(chunks).equals(content));
  });

  test("TLS by address verifies the address in the daemon's certificate", async () => {
    await using libvirt = await connect({
      uri: `test+tls://127.0.0.1:${ports.tls}/default`,
      tls: await readCertificates(client),
    });
    assert.equal((await libvirt.remote.connectGetType()).type, "TEST");
    const wrongName = connect({
      uri: tlsUri(),
      tls: { ...(await readCertificates(client)), serverName: "other.example" },
    });
    await assert.rejects(wrongName, CannotConnect);
  });

  test("a daemon of another CA is not trusted, and a client of another CA is refused", async () => {
    const [ours, theirs] = await Promise.all([readCertificates(client), readCertificates(stranger)]);
    await assert.rejects(connect({ uri: tlsUri(), tls: theirs }), CannotConnect);
    await assert.rejects(connect({ uri: tlsUri(), tls: { ...theirs, ca: ours.ca } }), CannotConnect);
    await assert.rejects(connect({ uri: tlsUri(), tls: { ca: ours.ca } }), CannotConnect);
  });

  test("TCP without authentication connects", async () => {
    await using libvirt = await connect({ uri: `test+tcp://127.0.0.1:${ports.tcp}/default` });
    assert.equal((await libvirt.remote.connectGetType()).type, "TEST");
  });

  test("a daemon that wants SASL is refused by us, with its name", async () => {
    await relisten('auth_tcp = "sasl"');
    const refused = connect({ uri: `test+tcp://127.0.0.1:${ports.tcp}/default` });
    await assert.rejects(
      refused,
      (error: Error) => error.cause instanceof AuthenticationRefused && /SASL/.test(error.cause.message),
    );
  });

  /** The private daemon's namespace has its folders; a libvirtd that listens takes its place in there. */
  async function listenInstead(auth = 'auth_tcp = "none"'): Promise<ChildProcess> {
    const namespace = await readFile(join(daemon.directory, "virtlogd.daemon-pid"), "utf8");
    const lines = [
      "listen_tls = 1",
      "listen_tcp = 1",
      'listen_addr = "127.0.0.1"',
      `tls_port = "${ports.tls}"`,
      `tcp_port = "${ports.tcp}"`,
      auth,
      `ca_file = "${server.ca}"`,
      `cert_file = "${server.cert}"`,
      `key_file = "${server.key}"`,
      "",
    ];
    const configuration = join(daemon.directory, "listen.conf");
    await writeFile(configuration, lines.join("\n"));
    const args = ["--target", namespace.trim(), "--mount", "/usr/sbin/libvirtd", "--listen", "--config", configuration];
    const child = spawn("nsenter", [...args, "--pid-file", join(daemon.directory, "listen.pid")], { stdio: "ignore" });
    await poll(
      "libvirtd to listen",
      () =>
        readFile(join(daemon.directory, "listen.pid"), "utf8").then(
          (text) => Number(text) === child.pid && canConnect(ports.tcp),
          () => false,
        ),
      { timeoutMs: 20_000 },
    );
    return child;
  }

  async function relisten(auth: string): Promise<void> {
    const ended = new Promise((resolve) => listening.once("exit", resolve));
    listening.kill("SIGTERM");
    await ended;
    listening = await listenInstead(auth);
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

function canConnect(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connectSocket(port, "127.0.0.1");
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
