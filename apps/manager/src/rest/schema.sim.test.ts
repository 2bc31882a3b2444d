import assert from "node:assert/strict";
import { test } from "node:test";
import { XmlDocument, XsdValidator } from "libxml2-wasm";
import { populate } from "./inventory.fixture.ts";
import { restWorld } from "./rest-world.fixture.ts";
import { routes } from "./routes.ts";

const api = "/ovirt-engine/api";

test("every list, and the root, is valid by the schema that the API gives", async () => {
  await using world = await restWorld();
  await populate(world);
  const reply = await world.request({ url: `${api}?schema` });
  assert.deepEqual([reply.status, reply.headers["content-type"]], [200, "application/xml;charset=UTF-8"]);
  assert.equal((await world.request({ url: `${api}/?schema=` })).text, reply.text);
  const schema = XmlDocument.fromString(reply.text);
  const validator = XsdValidator.fromDoc(schema);
  const lists = routes({ instanceId: "", version: "0" }).filter(
    ({ method, path }) => method === "GET" && /^\/\w*$/.test(path),
  );
  for (const { path } of lists) {
    const { text, status } = await world.request({ url: `${api}${path}?all_content=true` });
    assert.equal(status, 200, path);
    const document = XmlDocument.fromString(text);
    try {
      validator.validate(document);
    } catch (cause) {
      throw new Error(`${path}: ${text}`, { cause });
    } finally {
      document.dispose();
    }
  }
  validator.dispose();
  schema.dispose();
  assert.ok(lists.length > 20);
});
