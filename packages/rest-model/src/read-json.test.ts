import assert from "node:assert/strict";
import { test } from "node:test";
import { BadDocument } from "./bad-document.ts";
import { readJson } from "./read-json.ts";

function place(json: unknown): string {
  try {
    readJson("vm", typeof json === "string" ? json : JSON.stringify(json));
  } catch (error) {
    if (error instanceof BadDocument) return error.path;
    throw error;
  }
  return assert.fail("it was read");
}

test("readJson takes numbers and booleans as such or as strings, and dates in both forms", () => {
  const expected = { memory: 5, stateless: true, creation_time: new Date(1000), cpu: { speed: 1.5 } };
  assert.deepEqual(
    readJson("vm", '{"memory":"5","stateless":"true","creation_time":1000,"cpu":{"speed":1.5}}'),
    expected,
  );
  assert.deepEqual(
    readJson("vm", '{"memory":5,"stateless":true,"creation_time":"1970-01-01T00:00:01Z","cpu":{"speed":"1.5"}}'),
    expected,
  );
  assert.deepEqual(readJson("vm", '{"creation_time":"1000"}'), { creation_time: new Date(1000) });
});

test("readJson ignores unknown members and nulls", () => {
  assert.deepEqual(readJson("vm", '{"name":null,"bogus":{"a":[1]},"__proto__":{"x":1},"toString":1,"comment":""}'), {
    comment: "",
  });
});

test("readJson reads lists under the singular name, and a single item without brackets", () => {
  assert.deepEqual(readJson("vm", '{"nics":{"nic":[{"name":"a"},{"name":"b"}]}}'), {
    nics: [{ name: "a" }, { name: "b" }],
  });
  assert.deepEqual(readJson("vm", '{"nics":{"nic":{"name":"a"}}}'), { nics: [{ name: "a" }] });
  assert.deepEqual(readJson("vm", '{"nics":{}}'), { nics: [] });
  assert.deepEqual(readJson("vm", '{"vm":[{"id":"1"}]}', { collection: true }), [{ id: "1" }]);
  assert.deepEqual(readJson("vm", "{}", { collection: true }), []);
});

test("readJson names the place of a value of another kind", () => {
  assert.equal(place({ cpu: { topology: { cores: "two" } } }), "vm.cpu.topology.cores");
  assert.equal(place({ cpu: "fast" }), "vm.cpu");
  assert.equal(place({ cpu: [] }), "vm.cpu");
  assert.equal(place({ name: 5 }), "vm.name");
  assert.equal(place({ name: { a: 1 } }), "vm.name");
  assert.equal(place({ memory: 1.5 }), "vm.memory");
  assert.equal(place({ memory: true }), "vm.memory");
  assert.equal(place({ memory: 2 ** 60 }), "vm.memory");
  assert.equal(place({ status: 3 }), "vm.status");
  assert.equal(place({ status: "flying" }), "vm.status");
  assert.equal(place({ nics: [] }), "vm.nics");
  assert.equal(place({ nics: { nic: [{}, 7] } }), "vm.nics[1]");
  assert.equal(place({ nics: { nic: [{}, null] } }), "vm.nics[1]");
  assert.equal(place("[]"), "vm");
  assert.equal(place("null"), "vm");
  assert.equal(place("{"), "");
});

test("readJson refuses text that XML could not carry, since every document must be readable in both forms", () => {
  assert.equal(place({ name: "a\u0001b" }), "vm.name");
  assert.equal(place({ description: "\ud800" }), "vm.description");
});

test("readJson says what it found as it was written", () => {
  assert.throws(() => readJson("vm", '{"name": 5}'), /vm\.name: expected text .*, found the number 5$/);
  assert.throws(() => readJson("vm", '{"name": true}'), /found the boolean true$/);
  assert.throws(() => readJson("vm", '{"memory": "much"}'), /found "much"$/);
});

test("readJson refuses what is too deep or too large", () => {
  const deep = `${'{"host":{"cluster":{"data_center":{"storage_domains":{"storage_domain":[{"vms":{"vm":['.repeat(30)}`;
  assert.throws(() => readJson("vm", deep), BadDocument);
  const text = `${'{"template":{"vm":'.repeat(5_000)}{}${"}}".repeat(5_000)}`;
  assert.throws(() => readJson("vm", text), /nested deeper/);
  assert.throws(() => readJson("vm", "[".repeat(1_000_000)), BadDocument);
  assert.throws(() => readJson("vm", " ".repeat(100), { bytesMax: 50 }), /larger than 50 bytes/);
});
