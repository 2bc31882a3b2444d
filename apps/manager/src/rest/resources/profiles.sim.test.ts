import assert from "node:assert/strict";
import { test } from "node:test";
import { proves } from "@yagura/testing/proves.ts";
import { ids, populate } from "../inventory.fixture.ts";
import { inventoryClient, type Refusal, unexpectedAnswers } from "../inventory-client.fixture.ts";
import { restWorld } from "../rest-world.fixture.ts";

const kinds = [
  {
    all: "/cpuprofiles",
    owned: `/clusters/${ids.cluster}/cpuprofiles`,
    tag: "cpu_profile",
    owner: `<cluster id="${ids.cluster}"/>`,
    first: "Default",
    limit: "<type>cpu</type><cpu_limit>50</cpu_limit>",
    title: "CpuProfile",
    last: /Cannot remove last CPU profile in Cluster/,
    codes: [10130, 10132, 10134],
    word: "CPU",
  },
  {
    all: "/diskprofiles",
    owned: `/storagedomains/${ids.storageDomain}/diskprofiles`,
    tag: "disk_profile",
    owner: `<storage_domain id="${ids.storageDomain}"/>`,
    first: "local",
    limit: "<type>storage</type><max_iops>50</max_iops>",
    title: "DiskProfile",
    last: /Cannot remove last Disk profile in Storage Domain/,
    codes: [10120, 10122, 10124],
    word: "disk",
  },
] as const;

for (const { all, owned, tag, owner, first, limit, title, last, codes, word } of kinds) {
  test(
    `there is a ${word} profile from the beginning, and others are added, changed in part and removed`,
    proves(
      word === "CPU"
        ? [
            "POST /cpuprofiles",
            "PUT /cpuprofiles/{}",
            "DELETE /cpuprofiles/{}",
            "POST /clusters/{}/cpuprofiles",
            "DELETE /clusters/{}/cpuprofiles/{}",
          ]
        : [
            "POST /diskprofiles",
            "PUT /diskprofiles/{}",
            "DELETE /diskprofiles/{}",
            "POST /storagedomains/{}/diskprofiles",
            "DELETE /storagedomains/{}/diskprofiles/{}",
          ],
      async () => {
        await using world = await restWorld();
        await populate(world);
        const client = inventoryClient(world);
        const [initial] = await client.list(owned);
        assert.equal(initial?.name, first);
        assert.match((await client.remove(`${all}/${initial?.id}`)).text, last);
        const qos = await client.make(
          "POST",
          `/datacenters/${ids.dataCenter}/qoss`,
          `<qos><name>half</name>${limit}</qos>`,
        );
        const half = await client.make(
          "POST",
          all,
          `<${tag}><name>half</name>${owner}<qos><name>half</name></qos></${tag}>`,
        );
        const full = await client.make("POST", owned, `<${tag}><name>full</name></${tag}>`);
        assert.equal(((await client.read(`${all}/${half.id}`))["qos"] as { id: string }).id, qos.id);
        await client.make("PUT", `${all}/${half.id}`, `<${tag}><description>new</description></${tag}>`);
        await client.make("PUT", `${all}/${full.id}`, `<${tag}><qos id="${qos.id}"/></${tag}>`);
        const changed = await client.read(`${owned}/${half.id}`);
        assert.deepEqual([changed["description"], (changed["qos"] as { id: string }).id], ["new", qos.id]);
        const refusals: Refusal[] = [
          [
            "POST",
            all,
            `<${tag}><name>x</name></${tag}>`,
            400,
            new RegExp(`${title} \\[\\w+\\.id\\|name\\] required for add`),
          ],
          ["POST", owned, `<${tag}/>`, 400, new RegExp(`${title} \\[name\\] required for add`)],
          ["POST", owned, `<${tag}><name>half</name></${tag}>`, 409, /profile name is already in use/],
          ["POST", owned, `<${tag}><name>x</name><qos id="${ids.qos}"/></${tag}>`, 409, /The QoS is of type network/],
          ["PUT", `${all}/${half.id}`, `<${tag}><name>full</name></${tag}>`, 409, /profile name is already in use/],
        ];
        assert.deepEqual(await unexpectedAnswers(client, refusals), []);
        // What limited it is gone: it is unlimited.
        assert.equal((await client.remove(`/datacenters/${ids.dataCenter}/qoss/${qos.id}`)).status, 200);
        assert.equal((await client.read(`${all}/${full.id}`))["qos"], undefined);
        assert.equal((await client.remove(`${all}/${half.id}`)).status, 200);
        assert.equal((await client.remove(`${owned}/${full.id}`)).status, 200);
        assert.deepEqual(await client.names(owned), [first]);
        assert.deepEqual(await client.events(...codes), [
          `${codes[0]} admin@internal added the ${word} profile half.`,
          `${codes[0]} admin@internal added the ${word} profile full.`,
          `${codes[2]} admin@internal changed the ${word} profile half.`,
          `${codes[2]} admin@internal changed the ${word} profile full.`,
          `${codes[1]} admin@internal removed the ${word} profile half.`,
          `${codes[1]} admin@internal removed the ${word} profile full.`,
        ]);
      },
    ),
  );
}
