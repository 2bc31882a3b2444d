import assert from "node:assert/strict";
import { test } from "node:test";
import { BadDocument } from "./bad-document.ts";
import type { RestTypeName } from "./generated/types.ts";
import { readXml } from "./read-xml.ts";

function problem(type: RestTypeName, text: string | Uint8Array): { path: string; message: string } {
  try {
    readXml(type, text);
  } catch (error) {
    if (error instanceof BadDocument) return { path: error.path, message: error.message };
    throw error;
  }
  return assert.fail("it was read");
}

test("readXml reads what Ansible and virt-v2v send: references by name, lists, unknown members", () => {
  const vm = readXml(
    "vm",
    `<vm><name>web</name><cluster><name>Default</name></cluster><template id="0"/><bogus><deep/></bogus>
     <memory> 1073741824 </memory><stateless>FALSE</stateless><type>Server</type>
     <high_availability><enabled>1</enabled></high_availability>
     <placement_policy><hosts><host><name>a</name></host><host id="b"/></hosts></placement_policy>
     <creation_time>2016-09-08T09:53:35.138+02:00</creation_time></vm>`,
  );
  assert.deepEqual(vm, {
    name: "web",
    cluster: { name: "Default" },
    template: { id: "0" },
    memory: 1073741824,
    stateless: false,
    type: "server",
    high_availability: { enabled: true },
    placement_policy: { hosts: [{ name: "a" }, { id: "b" }] },
    creation_time: new Date("2016-09-08T07:53:35.138Z"),
  });
});

test("readXml reads the three ways of writing an empty action", () => {
  for (const text of ["<action/>", "<action></action>", "<action >\n</action>"]) {
    assert.deepEqual(readXml("action", text), {});
  }
  assert.deepEqual(readXml("action", "<action><async>false</async></action>"), { async: false });
});

test("readXml keeps text as it is, from CDATA too", () => {
  const text = "<vm><name> a &lt;b&gt; </name><comment><![CDATA[<x>&]]></comment><description/></vm>";
  assert.deepEqual(readXml("vm", text), { name: " a <b> ", comment: "<x>&", description: "" });
});

test("readXml takes dates without a zone as UTC, and bytes with a byte order mark", () => {
  const bytes = new TextEncoder().encode("\ufeff<vm><start_time>2020-01-02T03:04:05</start_time></vm>");
  assert.deepEqual(readXml("vm", bytes), { start_time: new Date("2020-01-02T03:04:05Z") });
});

test("readXml names the place of a value of another kind", () => {
  const place = (text: string): string => problem("vm", text).path;
  assert.equal(place("<vm><cpu><topology><cores>two</cores></topology></cpu></vm>"), "vm.cpu.topology.cores");
  assert.equal(place("<vm><memory>1.5</memory></vm>"), "vm.memory");
  assert.equal(place("<vm><memory/></vm>"), "vm.memory");
  assert.equal(place("<vm><memory>99999999999999999999</memory></vm>"), "vm.memory");
  assert.equal(place("<vm><migration_downtime>2147483648</migration_downtime></vm>"), "vm.migration_downtime");
  assert.equal(place("<vm><stateless>maybe</stateless></vm>"), "vm.stateless");
  assert.equal(place("<vm><status>flying</status></vm>"), "vm.status");
  assert.equal(place("<vm><name><b/></name></vm>"), "vm.name");
  assert.equal(place("<vm><creation_time>yesterday</creation_time></vm>"), "vm.creation_time");
  assert.equal(place("<vm><nics><nic/><nic><linked>x</linked></nic></nics></vm>"), "vm.nics[1].linked");
  assert.equal(problem("network", '<network><vlan id="x"/></network>').path, "network.vlan.id");
});

test("readXml leaves out unknown words when it is told to, for answers of newer Managers", () => {
  const lenient = { unknownWords: "leave out" } as const;
  const text =
    "<vm><status>flying</status><os><boot><devices><device>tape</device><device>hd</device></devices></boot></os></vm>";
  assert.deepEqual(readXml("vm", text, lenient), { os: { boot: { devices: ["hd"] } } });
});

test("readXml refuses what is not the document asked for", () => {
  assert.match(problem("vm", "<host/>").message, /expected <vm>, found <host>/);
  assert.match(problem("vm", "").message, /empty|not well-formed/);
  assert.match(problem("vm", "<vm>").message, /not well-formed/);
  assert.match(problem("vm", "<vm></host>").message, /not well-formed/);
  assert.match(problem("vm", "<vm/><vm/>").message, /not well-formed/);
  assert.match(problem("vm", '<vm id="1" id="2"/>').message, /not well-formed/);
  assert.match(problem("vm", "<vm>&nbsp;</vm>").message, /not well-formed/);
  assert.match(problem("vm", "<vm><name>\u0001</name></vm>").message, /not well-formed/);
  assert.match(problem("vm", "<vm><name>&#1;</name></vm>").message, /well-formed|control characters/);
  assert.match(problem("vm", Uint8Array.of(0x3c, 0xff, 0xfe)).message, /not UTF-8/);
});

test("readXml refuses document types, so that no entity can be defined", () => {
  const bomb = '<!DOCTYPE vm [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><vm><name>&b;</name></vm>';
  assert.match(problem("vm", bomb).message, /DOCTYPE|not well-formed/);
  assert.match(problem("vm", '<!DOCTYPE vm SYSTEM "file:///etc/passwd"><vm/>').message, /DOCTYPE/);
});

test("readXml refuses what is too deep, too wide or too large, quickly", () => {
  const started = performance.now();
  assert.match(problem("vm", "<vm>".repeat(100_000)).message, /nested deeper/);
  const attributes = Array.from({ length: 100_000 }, (_, at) => `a${at}="1"`).join(" ");
  assert.match(problem("vm", `<vm ${attributes}/>`).message, /attributes/);
  assert.throws(() => readXml("vm", `<vm>${" ".repeat(2000)}</vm>`, { bytesMax: 1000 }), /larger than 1000 bytes/);
  assert.ok(performance.now() - started < 5_000);
});

test("readXml reads 10,000 VMs", () => {
  const one = '<vm id="1"><name>x</name><memory>1</memory><os><type>other</type></os></vm>';
  assert.equal(readXml("vm", `<vms>${one.repeat(10_000)}</vms>`, { collection: true }).length, 10_000);
});

test("readXml leaves names like __proto__ alone", () => {
  const vm = readXml("vm", '<vm __proto__="x"><__proto__><polluted>1</polluted></__proto__><name>a</name></vm>');
  assert.deepEqual(Object.keys(vm), ["name"]);
});
