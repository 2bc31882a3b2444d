import assert from "node:assert/strict";
import { get } from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import { ensureManagerPki, openSshPublicKey } from "@yagura/pki";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import { restWorld } from "../rest-world.fixture.ts";
import { pkiResourcePath } from "./pki-resource.ts";

async function world() {
  await using directory = await temporaryDirectory();
  const nowMs = Date.now();
  const pki = await ensureManagerPki({ directory: join(directory.path, "pki"), names: ["manager.example"], nowMs });
  const [ca, server] = [pki.authority.certificatePem, pki.server.certificatePem];
  const made = await restWorld({ caCertificate: () => ca, serverCertificate: () => server });
  const read = async (query: string, app = made.server.app) => app.inject({ url: `${pkiResourcePath}${query}` });
  return {
    ca,
    server,
    read,
    keyPem: pki.server.keyPem,
    world: made,
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

test("the certificates of the authority and of the Manager are there for everybody, as how-tos fetch them", async () => {
  await using at = await world();
  for (const app of [at.world.server.app, at.world.server.plainApp]) {
    const ca = await at.read("?resource=ca-certificate&format=X509-PEM-CA", app);
    assert.deepEqual([ca.statusCode, ca.body], [200, at.ca]);
    assert.equal(ca.headers["content-type"], "application/x-x509-ca-cert");
    assert.equal((await at.read("", app)).body, at.ca);
    const own = await at.read("?resource=engine-certificate&format=X509-PEM", app);
    assert.deepEqual([own.statusCode, own.body], [200, at.server]);
    assert.match(String(own.headers["content-disposition"]), /engine\.pem/);
  }
  assert.notEqual(at.ca, at.server);
});

test("a key for SSH is told over HTTPS alone", async () => {
  await using at = await world();
  const query = "?resource=engine-certificate&format=OPENSSH-PUBKEY";
  assert.equal((await at.read(query)).statusCode, 403);
  assert.equal((await at.read(query, at.world.server.plainApp)).statusCode, 403);
  const tls = { cert: at.server, key: at.keyPem };
  const { port } = await at.world.server.listen({ host: "127.0.0.1", port: 0, tls });
  const options = { port, host: "127.0.0.1", ca: at.ca, servername: "manager.example", path: pkiResourcePath + query };
  const body = await new Promise<string>((resolve, reject) => {
    const request = get(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve(text));
    });
    request.once("error", reject);
  });
  assert.equal(body, openSshPublicKey(at.server, "ovirt-engine"));
  assert.match(body, /^(ecdsa-sha2-nistp256|ssh-rsa) [A-Za-z0-9+/=]+ ovirt-engine\n$/);
});

test("what is no such resource or form is not found", async () => {
  await using at = await world();
  for (const query of ["?resource=private-key", "?resource=engine-certificate&format=PKCS12", "?format=x"]) {
    assert.equal((await at.read(query)).statusCode, 404, query);
  }
});
