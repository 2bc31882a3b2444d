import assert from "node:assert/strict";
import { test } from "node:test";
import { rootTagId, type Tag, type TagId, tagNameProblems, tagWithDescendants } from "./tag.ts";

function tag(name: string, parent?: string): Tag {
  const parentId = (parent ?? rootTagId) as TagId;
  return { id: name as TagId, name, description: "", parentId };
}

test("a tag comes with all that is below it, the lowest first", () => {
  const tags = [tag("a"), tag("b", "a"), tag("c", "b"), tag("d")];
  assert.deepEqual(
    tagWithDescendants(tags, "a" as TagId).map(({ name }) => name),
    ["c", "b", "a"],
  );
  assert.deepEqual(tagWithDescendants(tags, "x" as TagId), []);
});

test("a tag is called by letters of any language, digits, '-' and '_'", () => {
  assert.deepEqual(tagNameProblems("web_サーバ-1"), []);
  for (const name of ["", "two words", "a/b", "x".repeat(51)]) assert.equal(tagNameProblems(name).length, 1, name);
});
