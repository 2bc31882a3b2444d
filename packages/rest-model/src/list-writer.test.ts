import assert from "node:assert/strict";
import { test } from "node:test";
import { listWriter } from "./list-writer.ts";
import { writeJson } from "./write-json.ts";
import { writeXml } from "./write-xml.ts";

const vms = ["a\nb", "<b>", "c"].map((name, index) => ({
  id: String(index),
  name,
  cpu: { topology: { cores: index } },
  link: [{ rel: "nics", href: `/vms/${index}/nics` }],
}));

for (const pieces of [[], [[]], [vms], [vms.slice(0, 1), [], vms.slice(1)], vms.map((vm) => [vm])]) {
  test(`a list written in pieces of ${pieces.map((piece) => piece.length).join("+") || "nothing"} is the list`, () => {
    const written = (format: "xml" | "json") => {
      const writer = listWriter("vm", format);
      return pieces.map((piece) => writer.write(piece)).join("") + writer.end();
    };
    assert.equal(written("xml"), writeXml("vm", pieces.flat(), { collection: true }));
    assert.equal(written("json"), writeJson("vm", pieces.flat(), { collection: true }));
  });
}
