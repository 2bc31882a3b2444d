import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mount } from "../../root/mount-table.ts";
import { storageUserFor } from "./storage-user.ts";

const repository = "/var/lib/yagura/data-center";
const mount = (target: string): Mount => ({ target, source: "s", type: "nfs4", isReadOnly: false });
const mounts = ["/", "/mnt/backup", "/proc", `${repository}/mnt/server:_a`].map(mount);
const user = (...args: string[]): string => storageUserFor(args, mounts, true);

test("a program that touches mounted storage runs as its owner, wherever the path stands in its arguments", () => {
  const volume = `${repository}/mnt/server:_a/domain/images/image/volume`;
  assert.equal(user("info", "--", volume), "storage owner");
  assert.equal(user("if=/dev/zero", `of=${volume}`), "storage owner");
  assert.equal(user("--image-opts", `driver=qcow2,file.filename=${volume}`), "storage owner");
  assert.equal(user("convert", `${repository}/mnt/_srv_local/x`, volume), "storage owner");
});

test("storage of this host's own, and other mounts, are used as ourselves", () => {
  assert.equal(user("info", `${repository}/mnt/_srv_local/x`), "ourselves");
  assert.equal(user("info", "/mnt/backup/x"), "ourselves");
  // Another place whose name begins the same.
  assert.equal(user("info", `${repository}/mnt/server:_ab/x`), "ourselves");
});

test("who is not root cannot become anybody", () => {
  assert.equal(storageUserFor([`${repository}/mnt/server:_a/x`], mounts, false), "ourselves");
});
