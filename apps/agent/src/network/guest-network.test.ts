import assert from "node:assert/strict";
import { test } from "node:test";
import { parseInterfaceNames } from "./guest-network.ts";

test("parseInterfaceNames finds every interface, and no titles", () => {
  const table = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1010 11 0 0 0 0 0 0 1010 11 0 0 0 0 0 0
yagbr0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
eth0.100:4711 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
`;
  assert.deepEqual(parseInterfaceNames(table), ["lo", "yagbr0", "eth0.100"]);
  assert.deepEqual(parseInterfaceNames(""), []);
});
