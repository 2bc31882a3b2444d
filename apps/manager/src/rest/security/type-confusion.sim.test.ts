import assert from "node:assert/strict";
import { test } from "node:test";
import { ids, populate } from "../inventory.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";
import { api, hostileTexts, sendHostile, served, someOf, urlOf } from "./every-route.fixture.ts";

// What looks like an object, a list, nothing or everything is a text that names nobody and nothing (VSA-2026-062: the
// cookie `j:{}` became an object, the object an empty filter, and the empty filter the first session there was).

test("no cookie and no header makes anybody of nobody, at any route", async () => {
  await using world = await restWorld();
  await world.login("admin");
  // Only what a header can carry.
  const values = hostileTexts.filter((text) => !text.includes("\u0000") && !text.includes("\u202e"));
  for (const [index, route] of served.entries()) {
    // Each route with some of the values, and so each value with some of the routes.
    const [value = ""] = someOf(values, index, 1);
    for (const headers of [
      { cookie: `JSESSIONID=${value}`, prefer: "persistent-auth" },
      { cookie: `JSESSIONID=${encodeURIComponent(value)}`, prefer: "persistent-auth" },
      { cookie: `JSESSIONID=; YAGURA_SSO=${encodeURIComponent(value)}; authenticationToken=j:{}` },
      { authorization: `Bearer ${value}` },
      { authorization: `Basic ${Buffer.from(`${value}:${value}`).toString("base64")}` },
      { authorization: value },
    ] as Record<string, string>[]) {
      const reply = await world.server.app.inject({ method: route.method, url: urlOf(route, {}), headers });
      assert.equal(reply.statusCode, 401, `${route.method} ${route.path} ${JSON.stringify(headers)}`);
    }
  }
});

test("no id in a path is anything but the id of one thing, at any route", async () => {
  await using world = await restWorld();
  await populate(world);
  for (const [index, route] of served.filter(({ path }) => path.includes(":")).entries()) {
    for (const text of someOf(hostileTexts, index, 3)) {
      const url = urlOf(route, {}, text);
      const payload = route.method === "POST" || route.method === "PUT" ? { payload: "{}" } : {};
      const headers = { "content-type": "application/json" };
      const reply = await sendHostile(world, { method: route.method, url, headers, ...payload });
      assert.ok(reply.status >= 400 && !reply.isOurMistake, `${route.method} ${url}: ${reply.status} ${reply.text}`);
    }
  }
});

test("no parameter is anything but a text, at any list", async () => {
  await using world = await restWorld();
  await populate(world);
  const names = [
    "search",
    "max",
    "follow",
    "filter",
    "all_content",
    "case_sensitive",
    "from",
    "current",
    "correlation_id",
  ];
  const lists = served.filter(({ method, path }) => method === "GET" && !path.includes(":"));
  for (const [index, route] of lists.entries()) {
    for (const [nth, name] of names.entries()) {
      for (const text of someOf(hostileTexts, index + nth, 3)) {
        const query = `${name}=${encodeURIComponent(text)}&${name}[$ne]=1&${name}[]=1&__proto__[x]=1`;
        const reply = await sendHostile(world, { url: `${api}${route.path}?${query}` });
        assert.ok(!reply.isOurMistake, `${route.path} ${name}=${text.slice(0, 40)}: ${reply.status} ${reply.text}`);
      }
    }
  }
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

const odd: readonly string[] = [
  "",
  "null",
  "[]",
  "[[]]",
  "true",
  "0",
  '"x"',
  "{",
  '{"id":{}}',
  '{"id":[]}',
  '{"id":null,"name":null}',
  '{"name":{"$ne":null}}',
  '{"name":["a","b"]}',
  '{"name":7,"description":true}',
  '{"user":{"id":{}},"role":{"id":[]},"cluster":{"id":{}},"disk":{"id":{}}}',
  '{"user":[{}],"vm":[],"permits":{"permit":[{"id":{}}]}}',
  '{"__proto__":{"isAdministrator":true},"constructor":{"prototype":{"x":1}}}',
  '{"name":"x","provisioned_size":"1e999","memory":-1,"cluster":{}}',
  "<vm/>",
  "<x/>",
  "<vm><name/><name>a</name></vm>",
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><vm><name>&e;</name></vm>',
  '<vm xmlns:a="b" a:id="x"><![CDATA[x]]></vm>',
];

test("a body of any shape is refused or read, and is never a mistake of ours, at any route that takes one", async () => {
  await using world = await restWorld();
  const found = await populate(world);
  const routes = served.filter(({ method }) => method === "POST" || method === "PUT");
  for (const [index, route] of routes.entries()) {
    const url = urlOf(route, { ...found, disk: ids.disk });
    for (const payload of someOf(odd, index, 6)) {
      const headers = { "content-type": payload.startsWith("<") ? "application/xml" : "application/json" };
      const reply = await sendHostile(world, { method: route.method, url, payload, headers });
      assert.ok(!reply.isOurMistake, `${route.method} ${route.path} ${payload}: ${reply.status} ${reply.text}`);
      assert.ok(!reply.text.includes("root:x:0"));
    }
  }
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
  const { status } = await world.request({ url: `${api}/users` });
  assert.equal(status, 200);
});
