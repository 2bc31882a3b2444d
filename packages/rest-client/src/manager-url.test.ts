import assert from "node:assert/strict";
import { test } from "node:test";
import { BadManagerUrl, managerOrigin } from "./manager-url.ts";

test("managerOrigin takes what people write", () => {
  const origins: Readonly<Record<string, string>> = {
    "m.example.com": "https://m.example.com",
    "m.example.com:8443": "https://m.example.com:8443",
    "https://m.example.com/ovirt-engine/api/": "https://m.example.com",
    "https://[::1]:8443": "https://[::1]:8443",
    "http://127.0.0.1:8080": "http://127.0.0.1:8080",
    "http://localhost:8080/": "http://localhost:8080",
  };
  for (const [text, origin] of Object.entries(origins)) assert.equal(managerOrigin(text).origin, origin);
});

test("managerOrigin refuses what would show a password, and what is no address", () => {
  for (const text of ["http://m.example.com", "ftp://m", "https://admin:pw@m", "", "https://", "a b"]) {
    assert.throws(() => managerOrigin(text), BadManagerUrl, text);
  }
});
