import assert from "node:assert/strict";
import { test } from "node:test";
import { formatXml } from "../xml/format-xml.ts";
import { parseXml } from "../xml/parse-xml.ts";
import { formatNic, type Nic, readNic } from "./nic.ts";

const nic: Nic = { mac: "56:6f:1a:1a:00:01", source: { kind: "bridge", bridge: "blue" }, model: "virtio" };

test("the filter of a NIC, what it is told, and its bandwidth go to libvirt's XML and back", () => {
  const limited: Nic = {
    ...nic,
    filter: "clean-traffic",
    filterParameters: [
      { name: "IP", value: "192.0.2.1" },
      { name: "IP", value: "192.0.2.2" },
    ],
    bandwidth: { inbound: { average: 1250, peak: 2500, burst: 100 }, outbound: { average: 1, peak: 0, burst: 0 } },
  };
  for (const wanted of [nic, { ...nic, filter: "clean-traffic" }, limited]) {
    assert.deepEqual(readNic(parseXml(formatXml(formatNic(wanted)))), wanted);
  }
});

test("a NIC without limits has no element for them", () => {
  const xml = formatXml(formatNic({ ...nic, bandwidth: {} }));
  assert.doesNotMatch(xml, /bandwidth|filterref/);
});
