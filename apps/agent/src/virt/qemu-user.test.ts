import assert from "node:assert/strict";
import { test } from "node:test";
import { findQemuUser } from "./qemu-user.ts";

const host = (secmodels: string) => `<capabilities><host>${secmodels}</host></capabilities>`;

test("findQemuUser reads the label that libvirt gives to QEMU", () => {
  const xml = host(
    '<secmodel><model>dac</model><baselabel type="kvm">+64055:+108</baselabel><baselabel type="qemu">+64055:+109</baselabel></secmodel>',
  );
  assert.deepEqual(findQemuUser(xml, "qemu"), { uid: 64055, gid: 109 });
});

test("findQemuUser finds none where libvirt has no security driver for owners", () => {
  assert.equal(findQemuUser(host("<secmodel><model>none</model></secmodel>"), "kvm"), undefined);
});
