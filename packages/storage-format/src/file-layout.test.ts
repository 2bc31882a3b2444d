import assert from "node:assert/strict";
import { test } from "node:test";
import { transformPath } from "@yagura/storage-format";

test("paths of storage become one name, and different paths stay different", () => {
  assert.equal(transformPath("server:/export/data_1"), "server:_export_data__1");
  assert.equal(transformPath("/srv/v5/"), "_srv_v5");
  assert.notEqual(transformPath("/a_b"), transformPath("/a/b"));
});
