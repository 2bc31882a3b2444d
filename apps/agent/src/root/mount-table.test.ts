import assert from "node:assert/strict";
import { test } from "node:test";
import { findMount, parseMountInfo, readMounts } from "./mount-table.ts";

const table = String.raw`22 27 0:21 / /proc rw,relatime - proc proc rw
91 22 0:40 / /r/mnt/server:_export_a\040b rw,nosuid shared:7 master:1 - nfs4 server:/export/a\040b rw,vers=4.2,soft
92 22 8:1 /dir /r/mnt/_dev_sdb1 ro,relatime - ext4 /dev/sdb1 rw
93 22 8:1 / /r/mnt/b\134ack\011slash rw - xfs /dev/sdc ro
94 22 8:1 / /r/mnt/_dev_sdb1 rw - xfs /dev/sdd rw
95 22 0:41 / /r/mnt/\345\200\211 rw - tmpfs none rw
`;

test("the table says what is mounted where, with escaped names and any number of optional fields", () => {
  assert.deepEqual(parseMountInfo(table).slice(1, 4), [
    {
      target: "/r/mnt/server:_export_a b",
      source: "server:/export/a b",
      type: "nfs4",
      isReadOnly: false,
    },
    { target: "/r/mnt/_dev_sdb1", source: "/dev/sdb1", type: "ext4", isReadOnly: true },
    { target: "/r/mnt/b\\ack\tslash", source: "/dev/sdc", type: "xfs", isReadOnly: true },
  ]);
  assert.equal(parseMountInfo(table).at(-1)?.target, "/r/mnt/倉");
});

test("of two mounts at one place the later one is seen", () => {
  assert.equal(findMount(parseMountInfo(table), "/r/mnt/_dev_sdb1")?.source, "/dev/sdd");
  assert.equal(findMount(parseMountInfo(table), "/r/mnt"), undefined);
});

test("lines cut off anywhere are no mounts and no error", () => {
  const line = table.split("\n")[1] ?? "";
  const whole = line.slice(0, line.indexOf(" rw,vers"));
  for (let end = 0; end < whole.lastIndexOf(" "); end++) assert.deepEqual(parseMountInfo(whole.slice(0, end)), []);
  assert.equal(parseMountInfo(whole).length, 1);
});

test("this machine's table can be read", async () => {
  assert.ok(findMount(await readMounts(), "/proc") !== undefined);
});
