import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { deleteVm } from "../../db/queries/vms.ts";
import { transaction } from "../../db/transaction.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { restCaller } from "../rest-caller.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

const groups = `/clusters/${ids.cluster}/affinitygroups`;

interface GroupDocument {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly priority: number;
  readonly broken: string;
  readonly enforcing: string;
  readonly positive?: string;
  readonly vms_rule: object;
  readonly hosts_rule: object;
  readonly vms: { readonly vm?: readonly { readonly id: string }[] };
  readonly hosts: { readonly host?: readonly { readonly id: string }[] };
}

async function groupWorld() {
  const world = await restWorld();
  await populate(world);
  const call = restCaller(world);
  const group = async (id: string = ids.affinityGroup) => (await call.get(`${groups}/${id}`)).json<GroupDocument>();
  return { world, call, group };
}

test(
  "an affinity group is added with its rules and members, by id or by name",
  proves(
    [
      "POST /clusters/{}/affinitygroups",
      "GET /clusters/{}/affinitygroups",
      "GET /clusters/{}/affinitygroups/{}",
      "GET /datacenters/{}/clusters/{}/affinitygroups",
    ],
    async () => {
      const { world, call, group } = await groupWorld();
      await using _ = world;
      const added = await call.post(
        groups,
        `<affinity_group><name>web</name><description>d</description><priority>2.5</priority>
      <vms_rule><enabled>true</enabled><positive>false</positive><enforcing>true</enforcing></vms_rule>
      <hosts_rule><positive>true</positive></hosts_rule>
      <vms><vm><name>demo</name></vm><vm id="${ids.otherVm}"/></vms>
      <hosts><host><name>one</name></host></hosts></affinity_group>`,
      );
      assert.equal(added.status, 201, added.text);
      const { id } = added.json<GroupDocument>();
      const { name, description, priority, broken, enforcing, positive, vms_rule, hosts_rule, vms, hosts } =
        await group(id);
      assert.deepEqual(
        { name, description, priority, broken, enforcing, positive, vms_rule, hosts_rule },
        {
          name: "web",
          description: "d",
          priority: 2.5,
          broken: "false",
          enforcing: "true",
          positive: "false",
          vms_rule: { enabled: "true", enforcing: "true", positive: "false" },
          hosts_rule: { enabled: "true", enforcing: "false", positive: "true" },
        },
      );
      assert.deepEqual(vms.vm?.map((vm) => vm.id).toSorted(), [ids.vm, ids.otherVm].toSorted());
      assert.deepEqual(
        hosts.host?.map((host) => host.id),
        [ids.host],
      );
      assert.deepEqual(await call.namesAt(groups), ["together", "web"]);
      assert.deepEqual(await call.namesAt(`/datacenters/${ids.dataCenter}${groups}`), ["together", "web"]);
      assert.deepEqual(await call.events(/affinity group/), [
        "10350 admin@internal added the affinity group web to cluster Default.",
      ]);
    },
  ),
);

test("the words of old clients are the rule among the VMs", async () => {
  const { world, call, group } = await groupWorld();
  await using _ = world;
  const body = "<affinity_group><name>old</name><positive>false</positive><enforcing>true</enforcing></affinity_group>";
  const { id } = (await call.post(groups, body)).json<GroupDocument>();
  assert.deepEqual((await group(id)).vms_rule, { enabled: "true", enforcing: "true", positive: "false" });
  await call.put(`${groups}/${id}`, "<affinity_group><enforcing>false</enforcing></affinity_group>");
  assert.deepEqual((await group(id)).vms_rule, { enabled: "true", enforcing: "false", positive: "false" });
  await call.put(
    `${groups}/${id}`,
    "<affinity_group><vms_rule><enabled>false</enabled></vms_rule><positive>true</positive></affinity_group>",
  );
  const disabled = await group(id);
  assert.deepEqual(
    [disabled.vms_rule, disabled.positive],
    [{ enabled: "false", enforcing: "false", positive: "false" }, undefined],
  );
});

test(
  "what an update does not say stays; a list that it has replaces the old one",
  proves(["PUT /clusters/{}/affinitygroups/{}"], async () => {
    const { world, call, group } = await groupWorld();
    await using _ = world;
    const before = await group();
    await call.put(`${groups}/${ids.affinityGroup}`, "<affinity_group><description>new</description></affinity_group>");
    assert.deepEqual(await group(), { ...before, description: "new" });
    await call.put(
      `${groups}/${ids.affinityGroup}`,
      `<affinity_group><vms><vm id="${ids.otherVm}"/></vms></affinity_group>`,
    );
    const after = await group();
    assert.deepEqual(
      after.vms.vm?.map((vm) => vm.id),
      [ids.otherVm],
    );
    assert.deepEqual(after.hosts, before.hosts);
  }),
);

const mounts = ["/clusters", "/datacenters/{}/clusters"] as const;
const lists = ["vms", "hosts", "vmlabels", "hostlabels"] as const;

test(
  "members come and go one by one, also below the data center",
  proves(
    mounts.flatMap((mount) =>
      lists.flatMap((path) => [
        `GET ${mount}/{}/affinitygroups/{}/${path}` as const,
        `POST ${mount}/{}/affinitygroups/{}/${path}` as const,
        `DELETE ${mount}/{}/affinitygroups/{}/${path}/{}` as const,
      ]),
    ),
    async () => {
      const { world, call } = await groupWorld();
      await using _ = world;
      const members = {
        vms: ["<vm><name>demo</name></vm>", "demo", ids.vm],
        hosts: ["<host><name>one</name></host>", "one", ids.host],
        vmlabels: ["<affinity_label><name>gold</name></affinity_label>", "gold", ids.affinityLabel],
        hostlabels: ["<affinity_label><name>gold</name></affinity_label>", "gold", ids.affinityLabel],
      } as const;
      for (const above of ["", `/datacenters/${ids.dataCenter}`]) {
        for (const path of lists) {
          const [body, name, id] = members[path];
          const own = `${above}${groups}/${ids.affinityGroup}/${path}`;
          await call.remove(`${own}/${id}`);
          assert.deepEqual(await call.namesAt(own), []);
          const added = await call.post(own, body);
          assert.equal(added.status, 201, added.text);
          assert.deepEqual(await call.namesAt(own), [name]);
          assert.match((await call.post(own, body)).text, /Cannot edit Affinity Group\. Duplicate (VM|Host|label)\./);
          assert.equal((await call.remove(`${own}/${id}`)).status, 200);
          assert.equal((await call.remove(`${own}/${id}`)).status, 404);
          assert.deepEqual(await call.namesAt(own), []);
        }
      }
    },
  ),
);

test(
  "a group below the data center is the one below the cluster",
  proves(
    [
      "GET /datacenters/{}/clusters/{}/affinitygroups/{}",
      "POST /datacenters/{}/clusters/{}/affinitygroups",
      "PUT /datacenters/{}/clusters/{}/affinitygroups/{}",
      "DELETE /datacenters/{}/clusters/{}/affinitygroups/{}",
    ],
    async () => {
      const { world, call, group } = await groupWorld();
      await using _ = world;
      const below = `/datacenters/${ids.dataCenter}${groups}`;
      const { id } = (await call.post(below, "<affinity_group><name>x</name></affinity_group>")).json<GroupDocument>();
      await call.put(`${below}/${id}`, "<affinity_group><description>new</description></affinity_group>");
      assert.equal((await group(id)).description, "new");
      assert.deepEqual((await call.get(`${below}/${id}`)).json(), await group(id));
      assert.equal((await call.remove(`${below}/${id}`)).status, 200);
      assert.deepEqual(await call.namesAt(groups), ["together"]);
    },
  ),
);

test("a group that cannot be is refused, and nothing of it is kept", async () => {
  const { world, call } = await groupWorld();
  await using _ = world;
  const rule = (positive: boolean) =>
    `<vms_rule><positive>${positive}</positive><enforcing>true</enforcing></vms_rule>`;
  const both = `<vms><vm id="${ids.vm}"/><vm id="${ids.otherVm}"/></vms>`;
  await call.post(groups, `<affinity_group><name>a</name>${rule(true)}${both}</affinity_group>`);
  await call.post("/clusters", `<cluster><name>far</name><data_center id="${ids.dataCenter}"/></cluster>`);
  const { cluster } = (await call.get("/clusters?search=name=far")).json<{ cluster: { id: string }[] }>();
  const far = `/clusters/${cluster[0]?.id}/affinitygroups`;
  const refusals: readonly (readonly [string, string, number, RegExp])[] = [
    [groups, "<affinity_group/>", 400, /AffinityGroup \[name\] required for add/],
    [groups, "<affinity_group><name>a/b</name></affinity_group>", 400, /may contain letters/],
    [groups, "<affinity_group><name>a</name></affinity_group>", 409, /Affinity Group name already exists\./],
    [far, "<affinity_group><name>a</name></affinity_group>", 409, /Affinity Group name already exists\./],
    [groups, "<affinity_group><name>b</name><priority>-1</priority></affinity_group>", 400, /not negative/],
    [groups, `<affinity_group><name>b</name>${rule(false)}${both}</affinity_group>`, 409, /collision detected/],
    [far, `<affinity_group><name>b</name>${both}</affinity_group>`, 409, /Provided VM resides in another Cluster\./],
    [groups, "<affinity_group><name>b</name><vms><vm><name>none</name></vm></vms></affinity_group>", 404, /vm none/],
  ];
  for (const [path, body, status, detail] of refusals) {
    const reply = await call.post(path, body);
    assert.equal(reply.status, status, `${body}: ${reply.text}`);
    assert.match(reply.text, detail);
  }
  assert.deepEqual(await call.namesAt(groups), ["a", "together"]);
  assert.deepEqual(await call.namesAt(far), []);
  assert.equal((await call.get(`${far}/${ids.affinityGroup}`)).status, 404);
});

test(
  "a VM that is removed leaves its groups and labels, and a cluster takes its groups along",
  proves(["DELETE /clusters/{}/affinitygroups/{}"], async () => {
    const { world, call, group } = await groupWorld();
    await using _ = world;
    await transaction(world.services.db, (tx) => deleteVm(tx, ids.otherVm));
    await call.post("/clusters", `<cluster><name>far</name><data_center id="${ids.dataCenter}"/></cluster>`);
    const { cluster } = (await call.get("/clusters?search=name=far")).json<{ cluster: { id: string }[] }>();
    await call.post(`/clusters/${cluster[0]?.id}/affinitygroups`, "<affinity_group><name>x</name></affinity_group>");
    assert.equal((await call.remove(`/clusters/${cluster[0]?.id}`)).status, 200);
    assert.deepEqual(
      (await group()).vms.vm?.map((vm) => vm.id),
      [ids.vm],
    );
    assert.equal((await call.remove(`${groups}/${ids.affinityGroup}`)).status, 200);
    assert.deepEqual(await call.namesAt(groups), []);
  }),
);

test("a VM is not started where its affinity groups forbid it", async () => {
  const { world, call } = await groupWorld();
  await using _ = world;
  await call.put(`/vms/${ids.otherVm}`, "<vm><os><boot><devices><device>network</device></devices></boot></os></vm>");
  await call.post(
    groups,
    `<affinity_group><name>apart</name><vms_rule><positive>false</positive><enforcing>true</enforcing></vms_rule>
      <vms><vm id="${ids.vm}"/><vm id="${ids.otherVm}"/></vms></affinity_group>`,
  );
  const { text } = await call.post(`/vms/${ids.otherVm}/start`, "<action/>");
  assert.match(text, /There is no host that satisfies current scheduling constraints\./);
  assert.match(text, /Host one .*runs other VMs of affinity group apart/);
});

test("whoever only sees a cluster sees the groups without what he may not see, and changes none", async () => {
  const { world, call } = await groupWorld();
  await using _ = world;
  await world.addUser("ann", "VmCreator", { type: "cluster", id: ids.cluster });
  const seen = (await call.get(`${groups}/${ids.affinityGroup}`, "ann")).json<GroupDocument>();
  assert.deepEqual([seen.name, seen.vms.vm ?? [], seen.hosts.host ?? []], ["together", [], []]);
  assert.equal((await call.get(`${groups}/${ids.affinityGroup}/vms`, "ann")).text.includes(ids.vm), false);
  assert.equal((await call.post(groups, "<affinity_group><name>x</name></affinity_group>", "ann")).status, 403);
  assert.equal((await call.remove(`${groups}/${ids.affinityGroup}`, "ann")).status, 403);
});
