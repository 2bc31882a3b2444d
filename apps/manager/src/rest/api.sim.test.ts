import assert from "node:assert/strict";
import { test } from "node:test";
import { readXml } from "@yagura/rest-model";
import { ids, populate } from "./inventory.fixture.ts";
import { type RestWorld, restWorld } from "./rest-world.fixture.ts";

const api = "/ovirt-engine/api";
const json = { accept: "application/json" };
const asXml = { "content-type": "application/xml" };
const asJson = { "content-type": "application/json", accept: "application/json" };

async function world(): Promise<RestWorld> {
  const made = await restWorld();
  await populate(made);
  return made;
}

test("the root answers with and without a slash, below v4, and with its links in the header too", async () => {
  await using w = await world();
  for (const url of [api, `${api}/`, `${api}/v4`, `${api}/v4/`, `${api};x=1`]) {
    const reply = await w.request({ url });
    assert.equal(reply.status, 200, url);
    const root = readXml("api", reply.text);
    assert.equal(root.product_info?.version?.major, 4);
    assert.equal(root.product_info?.version?.minor, 5);
    const prefix = url.includes("v4") ? `${api}/v4/` : `${api}/`;
    const vms = root.link?.filter(({ rel }) => rel?.startsWith("vms"));
    assert.deepEqual(vms, [
      { rel: "vms", href: `${prefix}vms` },
      { rel: "vms/search", href: `${prefix}vms?search={query}` },
    ]);
    assert.match(String(reply.headers["link"]), /<\/ovirt-engine\/api(\/v4)?\/vms>; rel="vms"/);
    assert.ok(root.special_objects?.blank_template?.id === "00000000-0000-0000-0000-000000000000");
  }
  const head = await w.request({ method: "HEAD", url: api });
  assert.deepEqual([head.status, head.text], [200, ""]);
  assert.ok(head.headers["link"]);
});

test("the root tells sums only to administrators", async () => {
  await using w = await world();
  await w.addUser("ann", "UserRole", { type: "vm", id: ids.vm });
  const sums = readXml("api", (await w.request({ url: api })).text).summary;
  assert.deepEqual(
    [sums?.vms, sums?.hosts],
    [
      { active: 1, total: 2 },
      { active: 1, total: 1 },
    ],
  );
  assert.equal(readXml("api", (await w.request({ url: api, as: "ann" })).text).summary, undefined);
});

test("another version is refused, in the path and in the header", async () => {
  await using w = await world();
  assert.equal((await w.request({ url: `${api}/v3/vms` })).status, 400);
  assert.equal((await w.request({ url: `${api}/vms`, headers: { version: "3" } })).status, 400);
  assert.equal((await w.request({ url: `${api}/vms`, headers: { version: "4" } })).status, 200);
});

test("lists and objects come in XML and in JSON, with the types that clients wait for", async () => {
  await using w = await world();
  const xml = await w.request({ url: `${api}/vms/${ids.vm}` });
  assert.equal(xml.headers["content-type"], "application/xml;charset=UTF-8");
  // fence_rhevm: id and href in the start tag, the first <status> is the VM's own.
  assert.match(xml.text, new RegExp(`<vm id="${ids.vm}" href="${api}/vms/${ids.vm}">`));
  assert.equal(/<status>(\w+)<\/status>/.exec(xml.text)?.[1], "up");
  const reply = await w.request({ url: `${api}/vms`, headers: json });
  assert.equal(reply.headers["content-type"], "application/json;charset=UTF-8");
  const [vm] = reply.json<{ vm: Record<string, unknown>[] }>().vm;
  assert.deepEqual(
    [vm?.["memory"], vm?.["stateless"], typeof vm?.["creation_time"]],
    ["1073741824", "false", "number"],
  );
  const empty = await w.request({ url: `${api}/vms?search=name%3Dnone`, headers: json });
  assert.deepEqual(empty.json(), {});
  assert.match((await w.request({ url: `${api}/vms?search=name%3Dnone` })).text, /<vms\/>/);
});

test("the format is chosen by Accept or ?accept=, and another one is refused in XML", async () => {
  await using w = await world();
  const type = async (url: string, accept?: string) => {
    const reply = await w.request({ url: `${api}${url}`, headers: accept === undefined ? {} : { accept } });
    return `${reply.status} ${reply.headers["content-type"]}`;
  };
  assert.equal(await type("/vms", "*/*"), "200 application/xml;charset=UTF-8");
  assert.equal(await type("/vms", "application/json"), "200 application/json;charset=UTF-8");
  assert.equal(await type("/vms?accept=application/json"), "200 application/json;charset=UTF-8");
  assert.equal(await type("/vms", "image/png"), "406 application/xml;charset=UTF-8");
});

test("faults come in the client's format, never as HTML, and of actions inside of an action", async () => {
  await using w = await world();
  const missing = await w.request({ url: `${api}/vms/${ids.nic}`, headers: json });
  assert.equal(missing.status, 404);
  assert.equal(missing.json()["reason"], "Operation Failed");
  for (const url of ["/vms/None", "/nothing", "/vms/x/y/z", `/vms/${ids.vm}/snapshots/None`, "/%zz"]) {
    const reply = await w.request({ url: `${api}${url}` });
    assert.equal(reply.status, 404, url);
    assert.ok(readXml("fault", reply.text).detail, url);
  }
  const outside = await w.request({ url: "/ovirt-engine/nowhere" });
  assert.equal(outside.status, 404);
  assert.ok(readXml("fault", outside.text).reason);
  const start = await w.request({ method: "POST", url: `${api}/vms/${ids.vm}/start`, payload: "<action/>" });
  assert.equal(start.status, 409);
  const action = readXml("action", start.text);
  assert.deepEqual([action.status, action.fault?.detail], ["failed", "[Cannot run VM. VM is running.]"]);
});

test("what v4 has and we do not is 501, a wrong verb 405 with those that are right", async () => {
  await using w = await world();
  const migrate = await w.request({ method: "POST", url: `${api}/vms/${ids.vm}/migrate`, payload: "<action/>" });
  assert.equal(migrate.status, 501);
  assert.equal((await w.request({ url: `${api}/vmpools` })).status, 501);
  const wrong = await w.request({ method: "PUT", url: `${api}/operatingsystems`, payload: "<os/>" });
  assert.deepEqual([wrong.status, wrong.headers["allow"]], [405, "GET"]);
});

test("bodies are read in XML and JSON, and what is wrong with them is said", async () => {
  await using w = await world();
  const post = (payload: string, headers: Record<string, string>) =>
    w.request({ method: "POST", url: `${api}/datacenters`, payload, headers });
  const xml = await post("<data_center><name>x</name><comment>  ü &amp; </comment></data_center>", asXml);
  assert.equal(xml.status, 201);
  assert.match(String(xml.headers["location"]), /^\/ovirt-engine\/api\/datacenters\/[0-9a-f-]{36}$/);
  assert.equal(readXml("data_center", xml.text).comment, "  ü & ");
  assert.equal((await post('{"name":"y","local":"true"}', asJson)).json()["local"], "true");
  assert.equal(
    (await post("<data_center><name>z</name></data_center>", {})).status,
    201,
    "no Content-Type: as it looks",
  );
  const nameless = await post("<data_center/>", asXml);
  assert.equal(nameless.status, 400);
  assert.deepEqual(readXml("fault", nameless.text), {
    reason: "Incomplete parameters",
    detail: "DataCenter [name] required for add",
  });
  for (const bad of [
    "<data_center>",
    "<vm/>",
    "",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><data_center/>",
  ]) {
    assert.equal((await post(bad, asXml)).status, 400, bad);
  }
  for (const bad of ["{", "[]", "null", '{"local":"maybe","name":"w"}'])
    assert.equal((await post(bad, asJson)).status, 400, bad);
  assert.equal((await post("a=b", { "content-type": "application/x-www-form-urlencoded" })).status, 415);
});

test("an update changes what it says, and ignores read-only members", async () => {
  await using w = await world();
  const before = readXml("vm", (await w.request({ url: `${api}/vms/${ids.otherVm}` })).text);
  const body = `<vm id="${ids.otherVm}"><status>up</status><template id="x"/><comment>new</comment><cpu><topology><cores>2</cores></topology></cpu></vm>`;
  const reply = await w.request({ method: "PUT", url: `${api}/vms/${ids.otherVm}`, payload: body, headers: asXml });
  const after = readXml("vm", reply.text);
  assert.equal(reply.status, 200);
  assert.deepEqual(after, {
    ...before,
    comment: "new",
    cpu: { ...before.cpu, topology: { cores: 2, sockets: 1, threads: 1 } },
  });
});

test("an action takes an empty body, an empty element, async and whatever else v4 has", async () => {
  await using w = await world();
  for (const payload of [
    "",
    "<action/>",
    "<action></action>",
    "<action><async>false</async></action>",
    "<action><grace_period><expiry>10</expiry></grace_period></action>",
  ]) {
    const reply = await w.request({
      method: "POST",
      url: `${api}/hosts/${ids.host}/activate`,
      payload,
      headers: asXml,
    });
    assert.deepEqual([reply.status, readXml("action", reply.text).status], [200, "complete"], payload);
  }
  const bare = await w.request({ method: "POST", url: `${api}/hosts/${ids.host}/activate` });
  assert.equal(bare.status, 200);
});

test("the correlation id comes back, cleaned, and jobs are found by it at once", async () => {
  await using w = await world();
  const reply = await w.request({ url: `${api}/vms`, headers: { "correlation-id": "my id <1>" } });
  assert.equal(reply.headers["correlation-id"], "myid1");
  const payload = `<disk><name>new</name><provisioned_size>4096</provisioned_size><storage_domains><storage_domain><name>local</name></storage_domain></storage_domains></disk>`;
  const added = await w.request({ method: "POST", url: `${api}/disks?correlation_id=abc`, payload, headers: asXml });
  assert.ok([201, 202].includes(added.status), added.text);
  const jobs = await w.request({ url: `${api}/jobs?search=correlation_id%3Dabc`, headers: json });
  assert.deepEqual(
    jobs.json<{ job: { status: string }[] }>().job.map(({ status }) => status),
    ["finished"],
  );
  assert.equal((await w.request({ url: `${api}/jobs?search=correlation_id%3Dnone` })).text.includes("<job "), false);
});

test("disks take the ids that clients choose, references by name, and more than they need", async () => {
  await using w = await world();
  const chosen = "99999999-0000-4000-8000-000000000001";
  const payload = JSON.stringify({
    id: chosen,
    alias: "mine",
    status: "ok",
    format: "cow",
    provisioned_size: "1048576",
    storage_domains: { storage_domain: [{ name: "local", href: "x" }] },
  });
  const added = await w.request({ method: "POST", url: `${api}/disks`, payload, headers: asJson });
  assert.equal(added.json()["id"], chosen);
  const again = await w.request({ method: "POST", url: `${api}/disks`, payload, headers: asJson });
  assert.equal(again.status, 409);
  const bad = await w.request({
    method: "POST",
    url: `${api}/disks`,
    payload: payload.replace(chosen, "../x"),
    headers: asJson,
  });
  assert.equal(bad.status, 404);
});

test("searches of real clients find what they look for", async () => {
  await using w = await world();
  const found: Record<string, string[]> = {
    'vms?search=name="demo"': ["demo"],
    "vms/?search=name=demo": ["demo"],
    "vms?search=name=demo datacenter=Default": ["demo"],
    "vms?search=status=up": ["demo"],
    "vms?search=host.name=one": ["demo"],
    "vms;max=1?search=SORTBY NAME ASC page 2": ["other"],
    "vms?search=": ["demo", "other"],
    "vms?max=1": ["demo"],
    'disks?search=name="demo-disk" and Storage.name="local" and vm_names="demo"': ["demo-disk"],
    "datacenters?search=storage.name=local&case_sensitive=true": ["Default"],
    "datacenters?search=Clusters.name=Default": ["Default"],
    "templates?search=name=Blank and datacenter=Default": ["Blank"],
    'templates?search=name="demo-template"': ["demo-template"],
    "hosts?search=vms.status=up": ["one"],
    "hosts?search=status=up and datacenter=Default": ["one"],
    "clusters?search=datacenter.name=Default": ["Default"],
    'users?search=usrname="admin@internal-authz"': ["admin"],
    "storagedomains?search=status=active": ["local"],
  };
  for (const [path, names] of Object.entries(found)) {
    const reply = await w.request({
      url: `${api}/${path.replaceAll(" ", "%20").replaceAll('"', "%22")}`,
      headers: json,
    });
    const [items = []] = Object.values(reply.json<Record<string, { name: string }[]>>());
    assert.deepEqual(
      items.map(({ name }) => name),
      names,
      path,
    );
  }
  const bad = await w.request({ url: `${api}/vms?search=colour%3Dred` });
  assert.equal(bad.status, 400);
  assert.match(bad.text, /no field &apos;colour&apos;|no field 'colour'/);
});

test("events have integer ids, come newest first, and are found by code, severity and what came before", async () => {
  await using w = await world();
  const list = async (query: string) => {
    const reply = await w.request({ url: `${api}/events?${query}`, headers: json });
    return reply.json<{ event?: { id: string; code: string; index: string }[] }>().event ?? [];
  };
  const all = await list("");
  assert.ok(all.length >= 2);
  assert.ok(all.every(({ id, index }) => /^\d+$/.test(id) && id === index));
  assert.deepEqual(
    all.map(({ id }) => Number(id)),
    all.map(({ id }) => Number(id)).sort((a, b) => b - a),
  );
  assert.equal((await list("max=1")).length, 1);
  const [newest, second] = all;
  assert.deepEqual(
    (await list(`from=${second?.id}`)).map(({ id }) => id),
    [newest?.id],
  );
  assert.deepEqual(
    (await list("search=type%3D950")).map(({ code }) => code),
    ["950"],
  );
  assert.deepEqual(
    (await list("search=type%3D950+or+type%3D809")).map(({ code }) => code),
    ["809", "950"],
  );
  assert.equal((await list("search=severity%3Derror")).length, 0);
  const added = await w.request({
    method: "POST",
    url: `${api}/events`,
    payload:
      "<event><description>hello</description><severity>warning</severity><origin>test</origin><custom_id>7</custom_id></event>",
    headers: asXml,
  });
  assert.equal(readXml("event", added.text).code, 9802);
  assert.equal((await list("search=origin%3Dtest")).length, 1);
});

test("follow puts collections and objects into the answer", async () => {
  await using w = await world();
  const reply = await w.request({
    url: `${api}/vms?search=name%3Ddemo&follow=nics,disk_attachments.disk.statistics,cluster,nothing`,
    headers: json,
  });
  const [vm] = reply.json<{ vm: Record<string, Record<string, Record<string, unknown>[]>>[] }>().vm;
  assert.equal(vm?.["nics"]?.["nic"]?.[0]?.["name"], "nic1");
  const disk = vm?.["disk_attachments"]?.["disk_attachment"]?.[0]?.["disk"] as { name: string; statistics: object };
  assert.equal(disk.name, "demo-disk");
  assert.ok(disk.statistics);
  assert.ok(reply.text.includes("threads_as_cores"), "the cluster is there as a whole");
  assert.equal((await w.request({ url: `${api}/vms?follow=../x` })).status, 400);
  assert.equal((await w.request({ url: `${api}/vms?follow=` })).status, 200);
});

test("console, soundcard and initialization are told only on request", async () => {
  await using w = await world();
  const read = async (url: string, headers = {}) =>
    readXml("vm", (await w.request({ url: `${api}/vms/${ids.vm}${url}`, headers })).text);
  const bare = await read("");
  assert.deepEqual([bare.console, bare.soundcard_enabled, bare.initialization], [undefined, undefined, undefined]);
  for (const full of [
    await read("?all_content=true"),
    await read("", { "all-content": "true" }),
    await read(";all_content"),
  ]) {
    assert.deepEqual([full.console, full.soundcard_enabled, full.initialization], [{ enabled: true }, false, {}]);
  }
});

test("guest data are told: devices, addresses, names; and statistics by their names", async () => {
  await using w = await world();
  const devices = await w.request({ url: `${api}/vms/${ids.vm}/reporteddevices`, headers: json });
  const [device] = devices.json<{ reported_device: Record<string, unknown>[] }>().reported_device;
  assert.deepEqual(device?.["ips"], { ip: [{ address: "192.0.2.7", version: "v4" }] });
  assert.equal(readXml("vm", (await w.request({ url: `${api}/vms/${ids.vm}` })).text).fqdn, "demo.example");
  const statistics = await w.request({ url: `${api}/vms/${ids.vm}/statistics`, headers: json });
  const names = statistics.json<{ statistic: { name: string }[] }>().statistic.map(({ name }) => name);
  for (const name of ["memory.installed", "memory.used", "cpu.current.guest", "cpu.current.total", "elapsed.time"]) {
    assert.ok(names.includes(name), name);
  }
  const consoles = await w.request({ url: `${api}/vms/${ids.vm}/graphicsconsoles?current=true`, headers: json });
  const [console] = consoles.json<{ graphics_console: Record<string, unknown>[] }>().graphics_console;
  assert.deepEqual([console?.["id"], console?.["protocol"], console?.["port"]], ["766e63", "vnc", "5900"]);
});

test("an internal error tells the client nothing of its cause", async () => {
  const broken = {
    method: "GET",
    path: "/vms",
    handle: () => Promise.reject(new Error("cannot open /secret")),
  } as const;
  await using w = await restWorld({ routes: [broken] });
  const reply = await w.request({ url: `${api}/vms` });
  assert.equal(reply.status, 500);
  assert.ok(!reply.text.includes("secret"));
});

test("networks and their profiles are made, changed, and not removed while they are used", async () => {
  await using w = await world();
  const send = (method: "POST" | "PUT" | "DELETE", path: string, payload?: string) =>
    w.request({ method, url: `${api}${path}`, ...(payload !== undefined && { payload, headers: asXml }) });
  const added = await send(
    "POST",
    "/networks",
    '<network><name>blue</name><vlan id="7"/><mtu>9000</mtu><data_center><name>Default</name></data_center></network>',
  );
  const network = readXml("network", added.text);
  assert.deepEqual([added.status, network.vlan?.id, network.mtu, network.usages], [201, 7, 9000, ["vm"]]);
  const profiles = await w.request({ url: `${api}/networks/${network.id}/vnicprofiles`, headers: json });
  const [profile] = profiles.json<{ vnic_profile: { id: string; name: string }[] }>().vnic_profile;
  assert.equal(profile?.name, "blue");
  const nic = await send(
    "POST",
    `/vms/${ids.otherVm}/nics`,
    `<nic><name>nic1</name><vnic_profile id="${profile?.id}"/></nic>`,
  );
  assert.equal(nic.status, 201, nic.text);
  assert.equal((await send("DELETE", `/vnicprofiles/${profile?.id}`)).status, 409);
  assert.equal((await send("DELETE", `/networks/${network.id}`)).status, 409);
  assert.equal((await send("DELETE", `/vms/${ids.otherVm}/nics/${readXml("nic", nic.text).id}`)).status, 200);
  assert.equal(
    readXml("network", (await send("PUT", `/networks/${network.id}`, "<network><name>red</name></network>")).text).name,
    "red",
  );
  assert.equal((await send("DELETE", `/networks/${network.id}`)).status, 200);
  for (const bad of ["x;rm", "a/b", "x".repeat(256)]) {
    const reply = await send(
      "POST",
      "/networks",
      `<network><name>${bad}</name><data_center><name>Default</name></data_center></network>`,
    );
    assert.equal(reply.status, 400, bad);
  }
});

test("what cannot be changed is refused, and may be repeated", async () => {
  await using w = await world();
  const put = (local: boolean) =>
    w.request({
      method: "PUT",
      url: `${api}/datacenters/${ids.dataCenter}`,
      payload: JSON.stringify({ local }),
      headers: asJson,
    });
  assert.equal((await put(true)).status, 200);
  assert.deepEqual((await put(false)).json(), {
    reason: "Operation Failed",
    detail: "[Cannot edit Data Center. The storage type of a Data Center cannot be changed yet.]",
  });
});
