import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { inventoryClient, type Refusal, unexpectedAnswers } from "../inventory-client.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

const quotas = `/datacenters/${ids.dataCenter}/quotas`;

test(
  "a quota is added, read, changed in part and removed",
  proves(
    ["POST /datacenters/{}/quotas", "PUT /datacenters/{}/quotas/{}", "DELETE /datacenters/{}/quotas/{}"],
    async () => {
      await using world = await restWorld();
      await populate(world);
      const client = inventoryClient(world);
      const body = "<quota><name>lab</name><cluster_soft_limit_pct>70</cluster_soft_limit_pct></quota>";
      const { id } = await client.make("POST", quotas, body);
      await client.make("PUT", `${quotas}/${id}`, "<quota><storage_hard_limit_pct>5</storage_hard_limit_pct></quota>");
      const read = await client.read(`${quotas}/${id}`);
      assert.deepEqual(
        [read.name, read["cluster_soft_limit_pct"], read["cluster_hard_limit_pct"], read["storage_hard_limit_pct"]],
        ["lab", "70", "20", "5"],
      );
      assert.deepEqual(await client.names(quotas), ["Default", "lab", "team"]);
      const [all] = await client.list(quotas);
      const refusals: Refusal[] = [
        ["POST", quotas, "<quota/>", 400, /Quota \[name\] required for add/],
        ["POST", quotas, "<quota><name>a b</name></quota>", 400, /Quota name must be formed of/],
        ["POST", quotas, "<quota><name>lab</name></quota>", 409, /Quota name is already in use/],
        ["PUT", `${quotas}/${id}`, "<quota><name>team</name></quota>", 409, /Quota name is already in use/],
        ["PUT", `${quotas}/${all?.id}`, "<quota><name>x</name></quota>", 409, /Default quota cannot be changed/],
      ];
      assert.deepEqual(await unexpectedAnswers(client, refusals), []);
      assert.equal((await client.remove(`${quotas}/${all?.id}`)).status, 409);
      assert.equal((await client.remove(`${quotas}/${id}`)).status, 200);
      assert.equal((await client.remove(`${quotas}/${id}`)).status, 404);
      assert.deepEqual(await client.events(3000, 3002, 3004), [
        "3000 admin@internal added the quota lab to data center Default.",
        "3002 admin@internal changed the quota lab of data center Default.",
        "3004 admin@internal removed the quota lab from data center Default.",
      ]);
    },
  ),
);

test(
  "a quota limits single clusters and storage domains, or all of them together",
  proves(
    [
      "POST /datacenters/{}/quotas/{}/quotaclusterlimits",
      "DELETE /datacenters/{}/quotas/{}/quotaclusterlimits/{}",
      "POST /datacenters/{}/quotas/{}/quotastoragelimits",
      "DELETE /datacenters/{}/quotas/{}/quotastoragelimits/{}",
    ],
    async () => {
      await using world = await restWorld();
      await populate(world);
      const client = inventoryClient(world);
      const { id } = await client.make("POST", quotas, "<quota><name>lab</name></quota>");
      const [clusters, domains] = [`${quotas}/${id}/quotaclusterlimits`, `${quotas}/${id}/quotastoragelimits`];
      // Ansible sends the whole cluster, as it was read.
      const whole = `<cluster id="${ids.cluster}"><name>Default</name><cpu><architecture>x86_64</architecture></cpu></cluster>`;
      const some = "<memory_limit>1.5</memory_limit><vcpu_limit>4</vcpu_limit>";
      const one = await client.make("POST", clusters, `<quota_cluster_limit>${whole}${some}</quota_cluster_limit>`);
      const limit = await client.read(`${clusters}/${one.id}`);
      assert.deepEqual(
        [limit["vcpu_limit"], limit["memory_limit"], (limit["cluster"] as { id: string }).id],
        ["4", 1.5, ids.cluster],
      );
      const all = await client.make("POST", domains, "<quota_storage_limit><limit>20</limit></quota_storage_limit>");
      const storage = await client.read(`${domains}/${all.id}`);
      assert.deepEqual([storage["limit"], storage["storage_domain"]], ["20", undefined]);

      const other = await client.make("POST", "/datacenters", "<data_center><name>other</name></data_center>");
      const far = `<cluster><name>far</name><data_center id="${other.id}"/></cluster>`;
      const foreign = await client.make("POST", "/clusters", far);
      const domain = `<storage_domain id="${ids.storageDomain}"/>`;
      const refusals: Refusal[] = [
        ["POST", clusters, `<quota_cluster_limit>${whole}</quota_cluster_limit>`, 409, /has a limit for it already/],
        ["POST", clusters, "<quota_cluster_limit/>", 409, /can not be configured as specific and general/],
        ["POST", domains, `<quota_storage_limit>${domain}</quota_storage_limit>`, 409, /specific and general/],
        [
          "POST",
          clusters,
          `<quota_cluster_limit><cluster id="${foreign.id}"/></quota_cluster_limit>`,
          409,
          /does not belong/,
        ],
        ["POST", clusters, "<quota_cluster_limit><cluster><name>x</name></cluster></quota_cluster_limit>", 404, /x/],
      ];
      assert.deepEqual(await unexpectedAnswers(client, refusals), []);
      assert.equal((await client.remove(`${clusters}/${all.id}`)).status, 200);
      assert.equal((await client.remove(`${domains}/${all.id}`)).status, 404);
      assert.equal((await client.remove(`${clusters}/${one.id}`)).status, 200);
      assert.deepEqual([await client.list(clusters), await client.list(domains)], [[], []]);
    },
  ),
);

test("a data center has a quota mode, and takes its quotas with it", async () => {
  await using world = await restWorld();
  const client = inventoryClient(world);
  const { id } = await client.make("POST", "/datacenters", "<data_center><name>x</name></data_center>");
  await client.make("PUT", `/datacenters/${id}`, "<data_center><quota_mode>audit</quota_mode></data_center>");
  assert.equal((await client.read(`/datacenters/${id}`))["quota_mode"], "audit");
  assert.deepEqual(await client.names(`/datacenters/${id}/quotas`), ["Default"]);
  assert.equal((await client.remove(`/datacenters/${id}`)).status, 200);
  assert.deepEqual(await world.services.db.selectFrom("quotas").selectAll().execute(), []);
});
