import assert from "node:assert/strict";
import { test } from "node:test";
import { describeError } from "@yagura/std/describe-error.ts";
import { storageErrorCodes } from "../errors.ts";
import { isBecauseOf } from "./errno.ts";
import { routedFiles } from "./routed-files.ts";
import type { StorageFiles } from "./storage-files.ts";

const path = "/r/mnt/server:_x/domain/dom_md/metadata";
const { StorageDomainAccessError, FileStorageDomainStaleNFSHandle, NoSpaceLeftOnDomain } = storageErrorCodes;

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: said the system, open '${path}'`), { code });
}

/** All files, on a mount or on this host, whose every operation fails so. */
function filesThatFail(error: unknown, { isMounted = true } = {}): StorageFiles {
  const fail = () => Promise.reject(error);
  const failing = new Proxy({} as StorageFiles, { get: (_files, name) => (name === "then" ? undefined : fail) });
  return routedFiles(failing, { findMount: () => (isMounted ? failing : undefined), isBarePlace: async () => false });
}

test("trouble with storage is an error of storage that tells what to look at, whatever is done to which storage", async () => {
  const told: Readonly<Record<string, readonly [number, RegExp]>> = {
    ESTALE: [FileStorageDomainStaleNFSHandle, /look at the server's exports/],
    EACCES: [StorageDomainAccessError, /look at its owner and mode/],
    EPERM: [StorageDomainAccessError, /look at its owner and mode/],
    EROFS: [StorageDomainAccessError, /it is read-only/],
    EIO: [StorageDomainAccessError, /this host's kernel log/],
    ETIMEDOUT: [StorageDomainAccessError, /is it up, and the network to it/],
    ENXIO: [StorageDomainAccessError, /its device is gone/],
    EUCLEAN: [StorageDomainAccessError, /have it checked/],
    ENOSPC: [NoSpaceLeftOnDomain, /no space is left/],
    EDQUOT: [NoSpaceLeftOnDomain, /the quota is used up/],
  };
  for (const [errno, [code, message]] of Object.entries(told)) {
    const wanted = { name: "StorageError", code, message };
    for (const isMounted of [true, false]) {
      const files = filesThatFail(systemError(errno), { isMounted });
      await assert.rejects(files.space(path), wanted, errno);
      await assert.rejects(files.findText(path, 10), wanted, errno);
      await assert.rejects(files.rename(path, `${path}.new`), wanted, errno);
      const error: unknown = await files.list(path).catch((cause: unknown) => cause);
      assert.ok(isBecauseOf(error, errno), "the cause is kept");
      assert.match(describeError(error), new RegExp(`${path}.*${errno}: said the system`));
    }
  }
});

test("what a caller judges for itself stays what it is", async () => {
  for (const error of [systemError("ENOENT"), systemError("EEXIST"), new Error("our mistake")]) {
    await assert.rejects(filesThatFail(error).space(path), error);
  }
});
