import assert from "node:assert/strict";
import { test } from "node:test";
import { isSshPublicKey } from "./ssh-public-key.ts";

// ssh-keygen -t ed25519 -N '' -C demo@example
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1 demo@example";

test("isSshPublicKey takes one key with or without a comment", () => {
  assert.equal(isSshPublicKey(key), true);
  assert.equal(isSshPublicKey(`${key}\n`), true);
  assert.equal(isSshPublicKey(key.split(" ").slice(0, 2).join(" ")), true);
});

test("isSshPublicKey refuses what is none", () => {
  const wrong = [
    "",
    "ssh-ed25519",
    "ssh-ed25519 AAAA",
    "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1",
    `${key}\n${key}`,
    `command="/bin/sh" ${key}`,
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    `ssh-ed25519 ${"A".repeat(20_000)}`,
  ];
  for (const text of wrong) assert.equal(isSshPublicKey(text), false, text.slice(0, 60));
});
