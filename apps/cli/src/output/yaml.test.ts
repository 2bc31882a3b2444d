import assert from "node:assert/strict";
import { test } from "node:test";
import { formatYaml, formatYamlDocument } from "./yaml.ts";

test("formatYaml writes blocks, with quotes around what is not plain text", () => {
  const vm = {
    id: "7d0e1e2a-0000-4000-8000-000000000001",
    name: "web 1",
    description: "a: b # c\nd",
    memory: 1073741824,
    stateless: false,
    creation_time: new Date(0),
    link: [{ rel: "nics" }],
    cpu: { topology: { cores: 2 } },
    nics: [{ name: "nic1", mac: { address: "00:1a" } }, { name: "no" }],
    tags: [],
    bios: {},
    nothing: undefined,
  };
  assert.equal(
    formatYaml([vm]),
    `- id: "7d0e1e2a-0000-4000-8000-000000000001"
  name: web 1
  description: "a: b # c\\nd"
  memory: 1073741824
  stateless: false
  creation_time: "1970-01-01T00:00:00.000Z"
  cpu:
    topology:
      cores: 2
  nics:
    - name: nic1
      mac:
        address: "00:1a"
    - name: "no"
  tags: []
  bios: {}
`,
  );
  assert.equal(formatYaml([]), "[]\n");
  assert.equal(formatYamlDocument({ id: "1" }), '---\nid: "1"\n');
});
