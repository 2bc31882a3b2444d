import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProcNetDev } from "./interfaces.ts";

test("interfaces are read by name, also those that nothing is plugged into", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1296 16 0 0 0 0 0 0 1296 16 0 0 0 0 0 0
yagbr0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
vlan.10@x: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
`;
  assert.deepEqual(parseProcNetDev(text), ["lo", "yagbr0", "vlan.10@x"]);
});
