// What libvirt, QEMU and others say of our certificates is decided by GnuTLS and OpenSSL, so they are asked.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { access, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "@yagura/std/clock.ts";
import { type HostId, newId } from "@yagura/std/ids.ts";
import { poll } from "@yagura/std/poll.ts";
import { runProgram } from "@yagura/std/run-program.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { createAuthority } from "./authority.ts";
import { issueHostCertificate } from "./issue.ts";
import { createKey } from "./keys.ts";
import { createRequest } from "./request.ts";

async function whyNot(program: string, debianPackage: string): Promise<string | false> {
  const found = await access(program).then(
    () => true,
    () => false,
  );
  return found ? false : `${program} is missing (package ${debianPackage})`;
}

/** A directory as QEMU's `tls-creds-x509` wants it, with one host's certificate for both ends. */
async function writeQemuDirectory(path: string): Promise<void> {
  const nowMs = systemClock.nowMs();
  const authority = await createAuthority({ name: "m", nowMs });
  const keyPem = await createKey();
  const requestPem = await createRequest({ keyPem, commonName: "127.0.0.1" });
  const hostId = newId<HostId>();
  const certificate = await issueHostCertificate(authority, { requestPem, hostId, address: "127.0.0.1", nowMs });
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "ca-cert.pem"), authority.certificatePem);
  for (const end of ["server", "client"]) {
    await writeFile(join(path, `${end}-cert.pem`), certificate);
    await writeFile(join(path, `${end}-key.pem`), keyPem, { mode: 0o600 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("OpenSSL accepts a host's certificate by its strict rules", {
  skip: await whyNot("/usr/bin/openssl", "openssl"),
}, async () => {
  await using directory = await temporaryDirectory();
  await writeQemuDirectory(directory.path);
  const [ca, certificate] = [join(directory.path, "ca-cert.pem"), join(directory.path, "server-cert.pem")];
  for (const purpose of ["sslserver", "sslclient"]) {
    const { stdout } = await runProgram("/usr/bin/openssl", [
      "verify",
      "-x509_strict",
      "-purpose",
      purpose,
      "-CAfile",
      ca,
      certificate,
    ]);
    assert.match(stdout, /: OK/);
  }
});

test("QEMU serves and connects with a host's certificate, both ends verified", {
  skip: await whyNot("/usr/bin/qemu-nbd", "qemu-utils"),
}, async () => {
  await using directory = await temporaryDirectory();
  await writeQemuDirectory(directory.path);
  const image = join(directory.path, "disk.raw");
  await runProgram("/usr/bin/qemu-img", ["create", "-f", "raw", image, "1M"]);
  const port = await freePort();
  const credentials = (end: "server" | "client") =>
    `tls-creds-x509,id=tls0,endpoint=${end},dir=${directory.path},verify-peer=yes`;
  const serverFlags = [
    "--object",
    credentials("server"),
    "--tls-creds",
    "tls0",
    "--bind",
    "127.0.0.1",
    "--port",
    String(port),
  ];
  const server = spawn("/usr/bin/qemu-nbd", [...serverFlags, "--persistent", "--format", "raw", image], {
    stdio: "ignore",
  });
  try {
    const where = `driver=nbd,host=127.0.0.1,port=${port},tls-creds=tls0`;
    const look = () =>
      runProgram("/usr/bin/qemu-img", ["info", "--object", credentials("client"), "--image-opts", where]);
    const { stdout } = await poll("qemu-nbd to serve", () => look().catch(() => undefined), { timeoutMs: 15_000 });
    assert.match(stdout, /virtual size: 1 MiB/);
  } finally {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill();
    await ended;
  }
});
