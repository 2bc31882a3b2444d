import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleClientId, mayReturnTo, redirectProblems, type SsoClient } from "./sso-client.ts";

const origin = "https://manager.example";
const app: SsoClient = {
  id: "app",
  redirectUris: ["https://app.example/back?x=1", "http://127.0.0.1/cb", "http://[::1]/cb"],
  createdAtMs: 0,
};
const ours: SsoClient = { id: consoleClientId, redirectUris: [], createdAtMs: 0 };

test("mayReturnTo takes an address as it is registered, and on one's own machine any port", () => {
  for (const uri of [...app.redirectUris, "http://127.0.0.1:5000/cb", "http://[::1]:5000/cb"]) {
    assert.equal(mayReturnTo(app, uri, origin), true, uri);
  }
  assert.equal(mayReturnTo(ours, `${origin}/yagura/login`, origin), true);
});

test("mayReturnTo takes nothing that is only nearly registered", () => {
  const wrong = [
    "https://app.example/back",
    "https://app.example/back?x=1&",
    "https://app.example/back/?x=1",
    "https://app.example:8443/back?x=1",
    "http://app.example/back?x=1",
    "https://app.example/back?x=1#a",
    "https://a@app.example/back?x=1",
    "http://127.0.0.1:5000/other",
    "http://127.0.0.1:5000/cb?x",
    "http://localhost:5000/cb",
    "https://127.0.0.1/cb",
    "",
    "x",
  ];
  for (const uri of wrong) assert.equal(mayReturnTo(app, uri, origin), false, uri);
  for (const uri of [
    `${origin}/yagura`,
    `${origin}/yagura/../x`,
    "https://evil.example/yagura/",
    `${origin}/yagura/%2e%2e/x`,
  ]) {
    assert.equal(mayReturnTo(ours, uri, origin), false, uri);
  }
});

test("redirectProblems takes https, and http of one's own machine only", () => {
  assert.deepEqual(app.redirectUris.flatMap(redirectProblems), []);
  for (const uri of ["http://app.example/", "https://*.example/", "https://a.example/#x", "mailto:x"]) {
    assert.equal(redirectProblems(uri).length, 1, uri);
  }
});
