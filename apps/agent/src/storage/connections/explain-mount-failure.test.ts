import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlineExceeded } from "@yagura/std/deadline.ts";
import { ProgramFailed } from "@yagura/std/run-program.ts";
import { RefusedRootCall } from "../../root/refused-root-call.ts";
import { storageErrorCodes } from "../errors.ts";
import { explainMountFailure } from "./explain-mount-failure.ts";

const dmesg = "\n       dmesg(1) may have more information after failed mount system call.\n";

/** As `root/mount.ts` wraps it. */
function failure(stderr: string): Error {
  const cause = new ProgramFailed("timeout", { code: 32, how: "exited with 32", stderr });
  return new Error("cannot mount s:/x at /r/mnt/s:_x", { cause });
}

test("what mount says becomes a code and a sentence that tells what to look at", () => {
  // Said by util-linux 2.38.1 and nfs-utils 2.6.2.
  const said: readonly (readonly [string, number, RegExp])[] = [
    ["mount.nfs: access denied by server while mounting s:/x", 469, /refuses it to this host; look at its exports/],
    ["mount.nfs: mounting s:/x failed, reason given by server: No such file or directory", 453, /no such directory/],
    [`mount: /r/m: special device /absent does not exist.${dmesg}`, 453, /no such directory, export or device/],
    [`mount: /r/m: mount(2) system call failed: Not a directory.${dmesg}`, 453, /it is not a directory/],
    ["mount.nfs: mount spec s:/x or point /r/m is not a directory", 453, /it is not a directory/],
    ["mount.nfs: Failed to resolve server s: Name or service not known", 451, /cannot resolve the server's name/],
    ["mount.nfs: Connection timed out", 451, /does not answer; is it up/],
    ["mount.nfs: Connection refused for s:/x on /r/m", 451, /is its NFS service running/],
    ["mount.nfs: No route to host", 451, /network between them/],
    [`mount: /r/m: unknown filesystem type 'foofs'.${dmesg}`, 470, /does not know such a file system/],
    ["mount.nfs: No such device", 470, /does not know such a file system/],
    [
      "mount: /r/m: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.",
      470,
      /install it/,
    ],
    ["mount.nfs: requested NFS version or transport protocol is not supported", 477, /this version of NFS/],
    ["mount.nfs: Protocol not supported", 477, /this version of NFS/],
    ["mount.nfs: an incorrect mount option was specified", 471, /a mount option is wrong/],
    [`mount: /r/m: /tmp/d is not a block device.${dmesg}`, 453, /not a block device/],
    [
      `mount: /r/m: wrong fs type, bad option, bad superblock on x, missing codepage or helper program, or other error.${dmesg}`,
      477,
      /no file system of this type, or a mount option is wrong/,
    ],
    ["mount.nfs: rpc.statd is not running but is required for remote locking.", 477, /start it, or choose NFS 4/],
    ["mount: /r/m: must be superuser to use mount.", 469, /this host may not mount it/],
  ];
  for (const [stderr, code, because] of said) {
    const found = explainMountFailure(failure(stderr));
    assert.deepEqual([storageErrorCodes[found.kind], found.because.match(because) !== null], [code, true], stderr);
    assert.ok(!found.because.includes("dmesg"), found.because);
  }
});

test("what is not known is told in the words of the program, on one line", () => {
  assert.deepEqual(explainMountFailure(failure(`mount: odd\n\u001b[31mthing${dmesg}`)), {
    kind: "MountError",
    because: "mount: odd \ufffd[31mthing",
  });
  assert.equal(explainMountFailure(failure("")).because, "mount does not say why");
  assert.equal(explainMountFailure(new Error("no", { cause: new Error("place") })).because, "no: place");
  assert.equal(explainMountFailure(failure("x".repeat(10_000))).because.length, 300);
});

test("a server that lets mount wait is one that does not answer, and arguments of ours that are wrong are told", () => {
  const late = new Error("cannot mount", { cause: new DeadlineExceeded("mount s:/x", 30_000) });
  assert.equal(explainMountFailure(late).kind, "StorageServerConnectionError");
  assert.deepEqual(explainMountFailure(new RefusedRootCall("not an option for a mount: suid")), {
    kind: "InvalidParameter",
    because: "not an option for a mount: suid",
  });
});
