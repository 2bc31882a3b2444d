import assert from "node:assert/strict";
import { test } from "node:test";
import { writeXml } from "./write-xml.ts";

const header = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

test("writeXml makes attributes of id, href and rel only, and nests the rest", () => {
  const text = writeXml("vm", {
    id: "123",
    href: "/ovirt-engine/api/vms/123",
    name: "web",
    memory: 1073741824,
    stateless: false,
    os: { type: "debian_12", boot: { devices: ["hd", "network"] } },
    cluster: { id: "c1" },
    link: [{ rel: "nics", href: "/ovirt-engine/api/vms/123/nics" }],
    actions: [{ rel: "start", href: "/ovirt-engine/api/vms/123/start" }],
  });
  assert.equal(
    text,
    `${header}<vm id="123" href="/ovirt-engine/api/vms/123">
    <actions>
        <link rel="start" href="/ovirt-engine/api/vms/123/start"/>
    </actions>
    <name>web</name>
    <link rel="nics" href="/ovirt-engine/api/vms/123/nics"/>
    <memory>1073741824</memory>
    <os>
        <boot>
            <devices>
                <device>hd</device>
                <device>network</device>
            </devices>
        </boot>
        <type>debian_12</type>
    </os>
    <stateless>false</stateless>
    <cluster id="c1"/>
</vm>
`,
  );
});

test("writeXml uses the tags that are not names", () => {
  const list = (text: string): string => text.slice(header.length).replaceAll(/\s*\n\s*/g, "");
  assert.equal(
    list(writeXml("operating_system_info", [{ name: "debian_12" }], { collection: true })),
    "<operation_systems><operating_system><name>debian_12</name></operating_system></operation_systems>",
  );
  assert.equal(
    list(writeXml("host", { transparent_huge_pages: { enabled: true }, numa_nodes: [{ index: 1 }] })),
    "<host><transparent_hugepages><enabled>true</enabled></transparent_hugepages>" +
      "<host_numa_nodes><host_numa_node><index>1</index></host_numa_node></host_numa_nodes></host>",
  );
  assert.equal(list(writeXml("network", { vlan: { id: 7 } })), '<network><vlan id="7"/></network>');
  assert.equal(
    list(writeXml("dns_resolver_configuration", { name_servers: ["a", "b"] })),
    "<dns_resolver_configuration><name_servers><name_server>a</name_server><name_server>b</name_server></name_servers></dns_resolver_configuration>",
  );
  assert.equal(list(writeXml("katello_erratum", [], { collection: true })), "<katello_errata/>");
});

test("writeXml keeps what must be there even when it is empty", () => {
  assert.match(writeXml("vm", { comment: "", description: "" }), /<description><\/description>\s*<comment><\/comment>/);
  assert.match(writeXml("affinity_group", { vms: [] }), /<vms\/>/);
});

test("writeXml gives dates a zone, and decimals no exponent", () => {
  assert.match(
    writeXml("vm", { creation_time: new Date("2016-09-08T07:53:35.138Z") }),
    /<creation_time>2016-09-08T07:53:35\.138\+00:00</,
  );
  assert.match(writeXml("value", { datum: 1e-7 }), /<datum>0\.0000001</);
  assert.match(writeXml("value", { datum: 1.25e21 }), /<datum>1250000000000000000000</);
  assert.match(writeXml("value", { datum: -0 }), /<datum>0</);
});

test("writeXml escapes text, and replaces what XML cannot carry", () => {
  const text = writeXml("vm", { id: 'a"<&>\n', name: "</name>&\r\u0000\ud800!" });
  assert.match(text, /<vm id="a&quot;&lt;&amp;&gt;&#xA;">/);
  assert.match(text, /<name>&lt;\/name&gt;&amp;&#xD;\ufffd\ufffd!<\/name>/);
});

test("writeXml leaves out undefined members", () => {
  assert.equal(writeXml("vm", { name: undefined, cpu: {} }), `${header}<vm>\n    <cpu/>\n</vm>\n`);
});
