import assert from "node:assert/strict";
import { test } from "node:test";
import { BadConfig, parseConfig } from "./config.ts";

test("an empty configuration has every default", () => {
  const config = parseConfig({}, "agent.json");
  assert.equal(config.port, 54_321);
  assert.equal(config.libvirt.uri, "qemu:///system");
  assert.equal(config.guestNetwork, "network:yagura");
});

const refused: Record<string, [unknown, RegExp]> = {
  "an unknown key": [{ prot: 1 }, /prot/],
  "an unknown key inside": [{ libvirt: { url: "x" } }, /libvirt.*url/],
  "a port that is none": [{ port: 70_000 }, /port/],
  "a number as text": [{ port: "54321" }, /port/],
  "a guest network of no known kind": [{ guestNetwork: "vlan:1" }, /guestNetwork: must be network:NAME/],
  "a hypervisor that is not ours": [{ libvirt: { uri: "xen:///" } }, /libvirt\.uri/],
  "a list": [[], /agent\.json/],
};
for (const [name, [value, expected]] of Object.entries(refused)) {
  test(`the configuration refuses ${name}, and says where`, () => {
    assert.throws(
      () => parseConfig(value, "agent.json"),
      (error: unknown) => {
        assert.ok(error instanceof BadConfig);
        assert.match(error.message, expected);
        return true;
      },
    );
  });
}
