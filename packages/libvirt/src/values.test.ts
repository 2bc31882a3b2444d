import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseAuthentication } from "./authenticate.ts";
import { int, llong, numberParam, objectToParams, paramsToObject, textParam } from "./typed-params.ts";
import { BadLibvirtUri, parseLibvirtUri } from "./uri.ts";
import { charsToText, formatUuid, parseUuid } from "./uuid.ts";

test("typed parameters become a plain object, whatever their names, and numbers are rounded where asked", () => {
  const params = paramsToObject([
    { field: "cpu.time", type: "ullong", value: 2n ** 63n },
    { field: "state.state", type: "int", value: 1 },
    { field: "name", type: "string", value: "disk" },
    { field: "__proto__", type: "boolean", value: true },
  ]);
  assert.deepEqual(Object.keys(params), ["cpu.time", "state.state", "name", "__proto__"]);
  assert.equal(numberParam(params, "cpu.time"), 2 ** 63);
  assert.deepEqual(
    [numberParam(params, "name"), textParam(params, "name"), textParam(params, "cpu.time")],
    [undefined, "disk", undefined],
  );
});

test("objectToParams guesses the common types and takes the marked ones", () => {
  assert.deepEqual(
    objectToParams({ a: 1, b: -1, c: 1.5, d: "x", e: true, f: 2n ** 64n - 1n, g: int(4), h: llong(-5n), i: undefined }),
    [
      { field: "a", type: "ullong", value: 1 },
      { field: "b", type: "llong", value: -1 },
      { field: "c", type: "double", value: 1.5 },
      { field: "d", type: "string", value: "x" },
      { field: "e", type: "boolean", value: true },
      { field: "f", type: "ullong", value: 2n ** 64n - 1n },
      { field: "g", type: "int", value: 4 },
      { field: "h", type: "llong", value: -5n },
    ],
  );
});

test("UUIDs go to text and back, in the forms that libvirt takes", () => {
  const text = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  assert.equal(formatUuid(parseUuid(text)), text);
  assert.equal(formatUuid(parseUuid(text.toUpperCase().replaceAll("-", ""))), text);
  for (const wrong of ["", "6695eb01", `${text}0`, text.replace("6", "g")])
    assert.throws(() => parseUuid(wrong), RangeError);
  assert.throws(() => formatUuid(new Uint8Array(15)), RangeError);
  assert.equal(charsToText(Uint8Array.from([105, 54, 0, 99])), "i6");
  assert.equal(charsToText(Uint8Array.from([105, 54])), "i6");
});

const root = { uid: 0, runtimeDirectory: "/run/user/0" };
const user = { uid: 1000, runtimeDirectory: "/run/user/1000" };
const unix = (...paths: string[]) => paths.map((path) => ({ kind: "unix", path }));

test("parseLibvirtUri finds the sockets of the system and of a user", () => {
  const system = unix("/var/run/libvirt/libvirt-sock", "/var/run/libvirt/virtqemud-sock");
  const session = unix("/run/user/1000/libvirt/libvirt-sock", "/run/user/1000/libvirt/virtqemud-sock");
  assert.deepEqual(parseLibvirtUri("qemu:///system", root), { name: "qemu:///system", endpoints: system });
  assert.deepEqual(parseLibvirtUri("qemu:///system", user), { name: "qemu:///system", endpoints: system });
  assert.deepEqual(parseLibvirtUri("qemu:///session", user), { name: "qemu:///session", endpoints: session });
  assert.equal(parseLibvirtUri("test:///default", user).endpoints.length, 2);
  const readers = unix("/var/run/libvirt/libvirt-sock-ro", "/var/run/libvirt/virtqemud-sock-ro");
  assert.deepEqual(parseLibvirtUri("qemu:///system", { ...user, readOnly: true }).endpoints, readers);
  assert.deepEqual(parseLibvirtUri("qemu:///session", { ...user, readOnly: true }).endpoints, session);
  const given = { name: "test:///default", endpoints: unix("/tmp/s") };
  assert.deepEqual(parseLibvirtUri("test+unix:///default?socket=/tmp/s", root), given);
  assert.deepEqual(parseLibvirtUri("test:///default", { ...root, socketPath: "/tmp/s" }), given);
});

test("parseLibvirtUri reads remote URIs, whose name on the far side is local", () => {
  const [tls, tcp] = [
    parseLibvirtUri("qemu://host/system", root),
    parseLibvirtUri("qemu+tcp://[::1]:1234/system?x=1", root),
  ];
  assert.deepEqual(tls, { name: "qemu:///system", endpoints: [{ kind: "tls", host: "host", port: 16_514, tls: {} }] });
  assert.deepEqual(tcp, { name: "qemu:///system?x=1", endpoints: [{ kind: "tcp", host: "::1", port: 1_234 }] });
});

test("parseLibvirtUri refuses what it cannot reach", () => {
  for (const uri of ["", "nonsense", "qemu+ssh://host/system", "qemu+tcp:///system"]) {
    assert.throws(() => parseLibvirtUri(uri, root), BadLibvirtUri, uri);
  }
});

test("chooseAuthentication prefers none, takes polkit, and has no SASL", () => {
  assert.deepEqual([[], [0, 1], [1, 2], [1], [9]].map(chooseAuthentication), [
    "none",
    "none",
    "polkit",
    undefined,
    undefined,
  ]);
});
