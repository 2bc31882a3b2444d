import assert from "node:assert/strict";
import { test } from "node:test";
import { reachableAddresses, readGuestInfo } from "./guest-data.ts";

test("readGuestInfo reads what a Linux guest says", () => {
  const data = readGuestInfo({
    hostname: "demo",
    "os.id": "debian",
    "os.pretty-name": "Debian GNU/Linux 12",
    "os.kernel-release": "6.1.0",
    "timezone.name": "UTC",
    "timezone.offset": 0,
    "if.count": 2,
    "if.0.name": "lo",
    "if.0.hwaddr": "00:00:00:00:00:00",
    "if.0.addr.count": 1,
    "if.0.addr.0.type": "ipv4",
    "if.0.addr.0.addr": "127.0.0.1",
    "if.1.name": "eth0",
    "if.1.hwaddr": "52:54:00:00:00:01",
    "if.1.addr.count": 2,
    "if.1.addr.0.type": "ipv4",
    "if.1.addr.0.addr": "192.168.130.5",
    "if.1.addr.1.type": "ipv6",
    "if.1.addr.1.addr": "fe80::1",
    "fs.count": 1,
    "fs.0.mountpoint": "/",
    "fs.0.fstype": "ext4",
    "fs.0.total-bytes": 1000n,
    "fs.0.used-bytes": 400n,
    "user.count": 1,
    "user.0.name": "alice",
  });
  assert.equal(data.hostName, "demo");
  assert.equal(data.os?.kernel, "6.1.0");
  // Without the loopback interface: it is of no use to anybody outside.
  assert.deepEqual(data.nics, [{ name: "eth0", mac: "52:54:00:00:00:01", ipv4: ["192.168.130.5"], ipv6: ["fe80::1"] }]);
  assert.deepEqual(reachableAddresses(data.nics ?? []), ["192.168.130.5"]);
  assert.deepEqual(data.users, ["alice"]);
  assert.deepEqual(data.fileSystems, [{ mountPoint: "/", type: "ext4", totalBytes: 1000, usedBytes: 400 }]);
});

test("readGuestInfo knows a loopback interface by its addresses, and keeps one that has none yet", () => {
  const windows = (addresses: readonly string[]) => ({
    "if.count": 1,
    "if.0.name": "Loopback Pseudo-Interface 1",
    "if.0.addr.count": addresses.length,
    ...Object.fromEntries(
      addresses.flatMap((address, index) => [
        [`if.0.addr.${index}.type`, address.includes(":") ? "ipv6" : "ipv4"],
        [`if.0.addr.${index}.addr`, address],
      ]),
    ),
  });
  assert.deepEqual(readGuestInfo(windows(["::1", "127.0.0.1"])).nics, []);
  assert.equal(readGuestInfo(windows([])).nics?.length, 1);
  assert.deepEqual(readGuestInfo(windows(["127.0.0.1", "10.0.0.1"])).nics?.[0]?.ipv4, ["10.0.0.1"]);
});

test("readGuestInfo leaves out what the guest did not say", () => {
  assert.deepEqual(readGuestInfo({}), {});
});

test("readGuestInfo bounds lists and texts and removes control characters", () => {
  const data = readGuestInfo({ hostname: `a\u0000b${"x".repeat(5000)}`, "user.count": 4_000_000_000 });
  assert.equal(data.hostName?.length, 1024);
  assert.equal(data.hostName?.startsWith("a b"), true);
  assert.equal(data.users?.length, 256);
});
