import assert from "node:assert/strict";
import { test } from "node:test";
import { correlationId } from "./correlation-id.ts";
import { bodyFormat, negotiate } from "./negotiate.ts";
import { BadParameter, Parameters } from "./parameters.ts";
import { BadTarget, parseTarget } from "./target.ts";

test("a target is taken apart into path, version, query and matrix parameters", () => {
  const target = parseTarget("/ovirt-engine/api/v4/vms;max=10;x/123;y=%2F?search=name%3Da+b&max=5&max=6");
  assert.equal(target.path, "/ovirt-engine/api/vms/123");
  assert.equal(target.apiRoot, "/ovirt-engine/api/v4");
  assert.equal(target.version, "4");
  assert.deepEqual(
    [...target.matrix],
    [
      ["max", "10"],
      ["x", ""],
      ["y", "/"],
    ],
  );
  assert.deepEqual(
    [...target.query],
    [
      ["search", "name=a b"],
      ["max", "5"],
    ],
  );
});

test("a version is only looked for right below the API", () => {
  assert.equal(parseTarget("/ovirt-engine/api/vms/v4").version, undefined);
  assert.equal(parseTarget("/ovirt-engine/sso/v4").version, undefined);
  assert.equal(parseTarget("/ovirt-engine/api/v3/vms").version, "3");
});

test("a target that is not URL-encoded, or has very many parameters, is refused", () => {
  assert.throws(() => parseTarget("/ovirt-engine/api/vms?search=%zz"), BadTarget);
  assert.throws(() => parseTarget(`/?${Array.from({ length: 200 }, (_, i) => `p${i}=`).join("&")}`), BadTarget);
});

test("parameters are looked up in the query, then the path, then the headers", () => {
  const target = parseTarget("/vms;filter=false;max=7?max=5&__proto__=x");
  const parameters = new Parameters(target, { filter: "true", "all-content": "true", max: "9" });
  assert.equal(parameters.findInteger("max"), 5);
  assert.equal(parameters.findBoolean("filter"), false);
  assert.equal(parameters.findBoolean("all_content"), true);
  assert.equal(parameters.find("constructor"), undefined);
  assert.equal(new Parameters(parseTarget("/vms"), { filter: ["true", "false"] }).find("filter"), undefined);
});

test("booleans have the words of v4, and an empty one says yes", () => {
  const read = (text: string) => new Parameters(parseTarget(`/?a=${text}`)).findBoolean("a");
  for (const yes of ["true", "T", "yes", "y", "1", ""]) assert.equal(read(yes), true, yes);
  for (const no of ["false", "F", "no", "n", "0"]) assert.equal(read(no), false, no);
  for (const bad of ["2", "maybe", "toString"]) assert.throws(() => read(bad), BadParameter);
});

test("numbers are whole and not negative; -1 and nothing mean no limit", () => {
  const read = (text: string) => new Parameters(parseTarget(`/?a=${text}`)).findInteger("a");
  assert.equal(read("0"), 0);
  assert.equal(read("100"), 100);
  assert.equal(read("-1"), undefined);
  assert.equal(read(""), undefined);
  for (const bad of ["-2", "1.5", "1e3", "0x10", "NaN", "9".repeat(20)]) assert.throws(() => read(bad), BadParameter);
});

test("the format is XML unless JSON is asked for", () => {
  assert.equal(negotiate(undefined), "xml");
  assert.equal(negotiate("*/*"), "xml");
  assert.equal(negotiate("application/json"), "json");
  assert.equal(negotiate("application/json, application/xml;q=0.9"), "json");
  assert.equal(negotiate("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), "xml");
  assert.equal(negotiate("application/xml;q=0.1, application/json;q=0.5"), "json");
  assert.equal(negotiate("application/xml", "application/json"), "json");
  assert.equal(negotiate("text/html"), undefined);
  assert.equal(negotiate("application/json;q=0"), undefined);
  assert.equal(negotiate("constructor"), undefined);
});

test("a body's format is what its Content-Type says, else what it looks like", () => {
  assert.equal(bodyFormat("application/xml; charset=utf-8", "{}"), "xml");
  assert.equal(bodyFormat("application/json", "<vm/>"), "json");
  assert.equal(bodyFormat(undefined, " {}"), "json");
  assert.equal(bodyFormat(undefined, "<vm/>"), "xml");
  assert.equal(bodyFormat("application/x-www-form-urlencoded", "a=b"), undefined);
});

test("correlation ids keep only harmless characters", () => {
  const fresh = () => "new";
  assert.equal(correlationId("abc-DEF_1", fresh), "abc-DEF_1");
  assert.equal(correlationId("a\r\nb: <c>", fresh), "abc");
  assert.equal(correlationId("x".repeat(100), fresh).length, 36);
  assert.equal(correlationId("<>", fresh), "new");
  assert.equal(correlationId(undefined, fresh), "new");
});
