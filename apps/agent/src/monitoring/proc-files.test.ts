import assert from "node:assert/strict";
import { test } from "node:test";
import {
  findUserName,
  parseCpuinfo,
  parseGroupsOf,
  parseMeminfo,
  parseNetDev,
  parseOsRelease,
  parseProcStat,
} from "./proc-files.ts";

test("parseProcStat adds nice to user, interrupts to system, waiting to idle", () => {
  const { all, cores } = parseProcStat("cpu  10 1 20 100 5 2 3 0 0 0\ncpu0 10 1 20 100 5 2 3 0 0 0\nintr 1\n");
  assert.deepEqual(all, { user: 11, system: 25, idle: 105 });
  assert.deepEqual(cores.get(0), all);
});

test("parseMeminfo gives bytes, and counts without a unit as they are", () => {
  const memory = parseMeminfo("MemTotal:       1024 kB\nHugePages_Total:       7\n");
  assert.equal(memory.get("MemTotal"), 1_048_576);
  assert.equal(memory.get("HugePages_Total"), 7);
});

test("parseNetDev reads counters also where no space follows the colon", () => {
  const counters = parseNetDev("Inter-| Receive\n  eth0:100 1 2 3 0 0 0 0 200 5 6 7 0 0 0 0\n");
  assert.deepEqual(counters.get("eth0"), {
    rxBytes: 100,
    rxErrors: 2,
    rxDropped: 3,
    txBytes: 200,
    txErrors: 6,
    txDropped: 7,
  });
});

test("parseCpuinfo counts threads, cores and sockets apart", () => {
  const thread = (cpu: number, core: number) =>
    `processor\t: ${cpu}\nmodel name\t: Test CPU\nflags\t\t: fpu vmx\ncpu MHz\t\t: 2500.5\nphysical id\t: 0\ncore id\t\t: ${core}\n`;
  const cpu = parseCpuinfo([thread(0, 0), thread(1, 0), thread(2, 1), thread(3, 1)].join("\n"));
  assert.deepEqual([cpu.threads, cpu.cores, cpu.sockets], [4, 2, 1]);
  assert.equal(cpu.flags.includes("vmx"), true);
});

test("parseOsRelease understands quoted and plain values", () => {
  const os = parseOsRelease('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n');
  assert.deepEqual([os.get("ID"), os.get("VERSION_ID")], ["debian", "12"]);
});

test("groups and names of QEMU's user are found in the system's files", () => {
  assert.deepEqual(parseGroupsOf("qemu", "kvm:x:36:qemu,other\nroot:x:0:\ndisk:x:6:qemu\n"), [36, 6]);
  assert.equal(findUserName(107, "root:x:0:0::/:/\nqemu:x:107:107::/:/\n"), "qemu");
});
