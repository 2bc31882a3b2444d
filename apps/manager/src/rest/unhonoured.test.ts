import assert from "node:assert/strict";
import { test } from "node:test";
import type { RestTypeName } from "@yagura/rest-model";
import { listUnhonoured } from "./unhonoured.ts";

const cases: readonly {
  readonly what: string;
  readonly type?: RestTypeName;
  readonly body: object;
  readonly answer: object;
  readonly found: readonly string[];
}[] = [
  { what: "a wish that the answer repeats", body: { name: "a" }, answer: { name: "a" }, found: [] },
  { what: "a wish that it lacks", body: { name: "a", cpu_shares: 7 }, answer: { name: "a" }, found: ["cpu_shares"] },
  { what: "a wish that became something else", body: { memory: 1 }, answer: { memory: 2 }, found: ["memory"] },
  { what: "a member of a member", body: { io: { threads: 4 } }, answer: { io: {} }, found: ["io.threads"] },
  { what: "to be without what there is not", body: { stateless: false, quota: "" }, answer: {}, found: [] },
  {
    what: "to be without what there is",
    body: { stateless: true },
    answer: { stateless: false },
    found: ["stateless"],
  },
  { what: "to lose what stays", body: { stateless: false }, answer: { stateless: true }, found: ["stateless"] },
  { what: "a word in capitals", body: { type: "SERVER" }, answer: { type: "server" }, found: [] },
  { what: "a reference by id", body: { quota: { id: "A" } }, answer: { quota: { id: "a", href: "/" } }, found: [] },
  { what: "a reference to another", body: { quota: { id: "a" } }, answer: { quota: { id: "b" } }, found: ["quota"] },
  { what: "a reference by name", body: { quota: { name: "x" } }, answer: { quota: { id: "b" } }, found: [] },
  { what: "a reference that is not kept", body: { quota: { name: "x" } }, answer: {}, found: ["quota"] },
  { what: "what is only told", body: { status: "up", id: "1", link: [{ rel: "x" }] }, answer: {}, found: [] },
  { what: "a list", body: { roles: ["a", "b"] }, answer: { roles: ["a", "b"] }, found: [] },
  { what: "a list that lost something", body: { roles: ["a", "b"] }, answer: { roles: ["a"] }, found: ["roles"] },
  {
    what: "a list of objects, by id",
    body: { hosts: [{ id: "a" }] },
    answer: { hosts: [{ id: "a", href: "/" }] },
    found: [],
  },
  {
    what: "a list of things, of which the answer says more",
    body: { ranges: [{ from: "a" }] },
    answer: { ranges: [{ from: "a", to: "b" }] },
    found: [],
  },
  { what: "a secret, which no answer repeats", type: "host", body: { root_password: "x" }, answer: {}, found: [] },
  { what: "the same name elsewhere", type: "vm", body: { root_password: "x" }, answer: {}, found: ["root_password"] },
];
for (const { what, type = "vm", body, answer, found } of cases) {
  test(`${what}: ${found.length === 0 ? "honoured" : `not honoured: ${found.join(", ")}`}`, () => {
    assert.deepEqual(listUnhonoured(type, body, answer), found);
  });
}

test("what is only kept is no wish fulfilled, unless it is the ordinary", () => {
  const kept = { stateless: true, high_availability: { enabled: true, priority: 1 } };
  assert.deepEqual(listUnhonoured("vm", kept, kept), ["high_availability.enabled", "stateless"]);
  const ordinary = { stateless: false, high_availability: { enabled: false }, cpu_shares: 0 };
  assert.deepEqual(listUnhonoured("vm", ordinary, ordinary), []);
  assert.deepEqual(listUnhonoured("disk", { backup: "none" }, { backup: "none" }), []);
  assert.deepEqual(listUnhonoured("disk", { backup: "incremental" }, { backup: "incremental" }), ["backup"]);
});
