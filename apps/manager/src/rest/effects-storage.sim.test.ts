import assert from "node:assert/strict";
import { test } from "node:test";
import type { DiskId } from "@yagura/std/ids.ts";
import { GiB } from "@yagura/std/units.ts";
import { proves } from "@yagura/testing/proves.ts";
import { deleteDisk } from "../db/queries/disks.ts";
import { transaction } from "../db/transaction.ts";
import { type Effects, effects } from "./effects.fixture.ts";

// What clients ask of disks, storage domains, hosts and what contains them over REST, seen at the host and its storage.

async function addDisk({ add, until }: Effects, name: string, domainId: string): Promise<string> {
  const id = await add("/disks", {
    name,
    provisioned_size: GiB,
    format: "cow",
    sparse: "true",
    storage_domains: { storage_domain: [{ id: domainId }] },
  });
  await until(`/disks/${id}`, "status", "ok");
  return id;
}

/** A domain that is in use in the data center. */
async function addDomain(at: Effects, name: string): Promise<string> {
  const id = await at.add("/storagedomains", {
    name,
    type: "data",
    host: { id: at.host.hostId },
    storage: { type: "localfs", path: `/srv/${name}` },
  });
  await at.add(`/datacenters/${at.dataCenter.id}/storagedomains`, { id });
  await at.until(`/datacenters/${at.dataCenter.id}/storagedomains/${id}`, "status", "active");
  return id;
}

const domainOnStorage = ({ host }: Effects, domainId: string) => host.world.storage.domains.get(domainId);

test(
  "a disk is made, enlarged, copied, moved, made sparse and removed, on the storage itself",
  proves(
    [
      "POST /disks",
      "PUT /disks/{}",
      "POST /disks/{}/copy",
      "POST /disks/{}/move",
      "POST /disks/{}/sparsify",
      "DELETE /disks/{}",
    ],
    async () => {
      await using at = await effects();
      const { rest, until, list, domainId } = at;
      const secondId = await addDomain(at, "second");
      const diskId = await addDisk(at, "one", domainId);
      const disk = `/disks/${diskId}`;
      assert.equal(at.volumesOf(diskId)?.[0]?.capacityBytes, GiB);
      await rest.ok("PUT", disk, { provisioned_size: 2 * GiB });
      await until(disk, "provisioned_size", String(2 * GiB));
      assert.equal(at.volumesOf(diskId)?.[0]?.capacityBytes, 2 * GiB);
      await rest.ok("POST", `${disk}/copy`, { disk: { name: "two" }, storage_domain: { id: secondId } });
      const [copy] = await list("/disks?search=name%3Dtwo");
      await until(`/disks/${copy?.id}`, "status", "ok");
      assert.ok(domainOnStorage(at, secondId)?.images.has(copy?.id ?? ""));
      await rest.ok("POST", `${disk}/move`, { storage_domain: { id: secondId } });
      await until(disk, "status", "ok");
      assert.ok(domainOnStorage(at, secondId)?.images.has(diskId));
      assert.ok(!domainOnStorage(at, domainId)?.images.has(diskId));
      await rest.ok("POST", `${disk}/sparsify`, {});
      await until(disk, "status", "ok");
      assert.ok(at.host.calls.some(({ verb }) => /sparsify/i.test(verb)));
      await rest.ok("DELETE", disk);
      assert.equal((await rest.request("GET", disk)).status, 404);
      assert.equal(at.volumesOf(diskId), undefined);
    },
  ),
);

test(
  "a storage domain is made, attached, put into maintenance, detached and wiped, as its host tells",
  proves(
    [
      "POST /storagedomains",
      "PUT /storagedomains/{}",
      "DELETE /storagedomains/{}",
      "POST /storagedomains/{}/isattached",
      "POST /datacenters/{}/storagedomains",
      "POST /datacenters/{}/storagedomains/{}/activate",
      "POST /datacenters/{}/storagedomains/{}/deactivate",
      "DELETE /datacenters/{}/storagedomains/{}",
    ],
    async () => {
      await using at = await effects();
      const { rest, until, dataCenter } = at;
      const domainId = await addDomain(at, "second");
      const [domain, attached] = [
        `/storagedomains/${domainId}`,
        `/datacenters/${dataCenter.id}/storagedomains/${domainId}`,
      ];
      assert.deepEqual(
        [domainOnStorage(at, domainId)?.path, domainOnStorage(at, domainId)?.poolId],
        ["/srv/second", dataCenter.id],
      );
      await rest.ok("PUT", domain, { comment: "for tests", name: "later" });
      const { name, comment } = await at.read(domain);
      assert.deepEqual([name, comment], ["later", "for tests"]);
      await rest.ok("POST", `${attached}/deactivate`, {});
      await until(attached, "status", "maintenance");
      assert.equal(domainOnStorage(at, domainId)?.isActive, false);
      await rest.ok("POST", `${attached}/activate`, {});
      await until(attached, "status", "active");
      assert.equal(domainOnStorage(at, domainId)?.isActive, true);
      await rest.ok("POST", `${attached}/deactivate`, {});
      await until(attached, "status", "maintenance");
      const isAttached = async () => (await rest.ok("POST", `${domain}/isattached`, {}))["is_attached"];
      assert.equal(await isAttached(), "true");
      await rest.ok("DELETE", attached);
      assert.equal(await isAttached(), "false");
      assert.equal((await rest.request("GET", attached)).status, 404);
      assert.equal(domainOnStorage(at, domainId)?.poolId, undefined);
      await rest.ok("DELETE", `${domain}?format=true&host=${at.host.hostId}`);
      assert.equal((await rest.request("GET", domain)).status, 404);
      assert.equal(domainOnStorage(at, domainId), undefined);
    },
  ),
);

test(
  "a host goes into maintenance and comes back, and what it is called changes",
  proves(["POST /hosts/{}/deactivate", "POST /hosts/{}/activate", "PUT /hosts/{}"], async () => {
    await using at = await effects();
    const { rest, until } = at;
    const host = `/hosts/${at.host.hostId}`;
    const called = (verb: string) => at.host.calls.filter((call) => call.verb === verb).length;
    await rest.ok("PUT", host, { comment: "rack 7" });
    assert.equal((await at.read(host))["comment"], "rack 7");
    await rest.ok("POST", `${host}/deactivate`, {});
    await until(host, "status", "maintenance");
    assert.ok(called("StoragePool.disconnect") > 0, "it has let the storage go");
    const connected = called("StoragePool.connect");
    await rest.ok("POST", `${host}/activate`, {});
    await until(host, "status", "up");
    assert.ok(called("StoragePool.connect") > connected);
  }),
);

test(
  "data centers and clusters are made, changed and removed",
  proves(
    [
      "POST /datacenters",
      "PUT /datacenters/{}",
      "DELETE /datacenters/{}",
      "POST /clusters",
      "PUT /clusters/{}",
      "DELETE /clusters/{}",
    ],
    async () => {
      await using at = await effects();
      const { rest, add, read } = at;
      const dataCenter = `/datacenters/${await add("/datacenters", { name: "far", local: "false" })}`;
      const cluster = `/clusters/${await add("/clusters", {
        name: "there",
        data_center: { name: "far" },
        cpu: { type: "Intel Nehalem Family", architecture: "x86_64" },
      })}`;
      await rest.ok("PUT", dataCenter, { description: "over the sea" });
      await rest.ok("PUT", cluster, { name: "here" });
      const made = await read(dataCenter);
      assert.deepEqual([made["name"], made["local"], made["description"]], ["far", "false", "over the sea"]);
      assert.equal((await read(cluster))["name"], "here");
      await rest.ok("DELETE", cluster);
      assert.equal((await rest.request("GET", cluster)).status, 404);
      await rest.ok("DELETE", dataCenter);
      assert.equal((await rest.request("GET", dataCenter)).status, 404);
    },
  ),
);

test(
  "bytes are sent into a disk, which is whole then; one that is called off leaves the disk as it was",
  proves(["POST /imagetransfers", "POST /imagetransfers/{}/finalize", "POST /imagetransfers/{}/cancel"], async () => {
    await using at = await effects();
    const { rest, add, until, domainId } = at;
    const content = Buffer.alloc(1024 * 1024, "yagura");
    const diskId = await add("/disks", {
      name: "image",
      provisioned_size: content.length,
      format: "raw",
      sparse: "true",
      storage_domains: { storage_domain: [{ id: domainId }] },
    });
    await until(`/disks/${diskId}`, "status", "ok");
    const begin = async () => {
      const id = await add("/imagetransfers", { disk: { id: diskId }, direction: "upload", format: "raw" });
      await until(`/imagetransfers/${id}`, "phase", "transferring");
      return id;
    };
    const calledOff = await begin();
    await rest.ok("POST", `/imagetransfers/${calledOff}/cancel`, {});
    await until(`/disks/${diskId}`, "status", "ok");
    const transferId = await begin();
    assert.equal(await rest.upload(transferId, content), 200);
    await rest.ok("POST", `/imagetransfers/${transferId}/finalize`, {});
    await until(`/imagetransfers/${transferId}`, "phase", "finished_success");
    await until(`/disks/${diskId}`, "status", "ok");
    const [volume] = domainOnStorage(at, domainId)?.images.get(diskId)?.values() ?? [];
    assert.equal(volume?.uploadedBytes, content.length);
  }),
);

const placesOfDisks = [
  ["/storagedomains/{}/disks", (_: Effects, domainId: string) => `/storagedomains/${domainId}/disks`],
  [
    "/datacenters/{}/storagedomains/{}/disks",
    ({ dataCenter }: Effects, domainId: string) => `/datacenters/${dataCenter.id}/storagedomains/${domainId}/disks`,
  ],
] as const;

for (const [model, pathOf] of placesOfDisks) {
  test(
    `at ${model} disks are made, enlarged, copied, moved, made sparse and removed as elsewhere`,
    proves(
      [
        `POST ${model}`,
        `PUT ${model}/{}`,
        `DELETE ${model}/{}`,
        `POST ${model}/{}/copy`,
        `POST ${model}/{}/move`,
        `POST ${model}/{}/sparsify`,
      ],
      async () => {
        await using at = await effects();
        const { rest, add, until, list, domainId } = at;
        const secondId = await addDomain(at, "second");
        const here = pathOf(at, domainId);
        const diskId = await add(here, { name: "one", provisioned_size: GiB, format: "cow", sparse: "true" });
        const [disk, elsewhere] = [`${here}/${diskId}`, `${pathOf(at, secondId)}/${diskId}`];
        await until(disk, "status", "ok");
        assert.ok(domainOnStorage(at, domainId)?.images.has(diskId));
        await rest.ok("PUT", disk, { provisioned_size: 2 * GiB });
        await until(`/disks/${diskId}`, "status", "ok");
        assert.equal(at.volumesOf(diskId)?.[0]?.capacityBytes, 2 * GiB);
        await rest.ok("POST", `${disk}/copy`, { disk: { name: "two" }, storage_domain: { id: secondId } });
        const [copy] = await list("/disks?search=name%3Dtwo");
        await until(`/disks/${copy?.id}`, "status", "ok");
        assert.ok(domainOnStorage(at, secondId)?.images.has(copy?.id ?? ""));
        await rest.ok("POST", `${disk}/sparsify`, {});
        await until(`/disks/${diskId}`, "status", "ok");
        assert.ok(at.host.calls.some(({ verb }) => /sparsify/i.test(verb)));

        assert.equal((await rest.request("GET", elsewhere)).status, 404, "it is on the other domain");
        assert.equal((await rest.request("DELETE", elsewhere)).status, 404);
        await rest.ok("POST", `${disk}/move`, { storage_domain: { id: secondId } });
        await until(`/disks/${diskId}`, "status", "ok");
        assert.ok(domainOnStorage(at, secondId)?.images.has(diskId));
        assert.equal((await rest.request("GET", disk)).status, 404, "it is not there any more");
        await rest.ok("DELETE", elsewhere);
        assert.equal(at.volumesOf(diskId), undefined);
      },
    ),
  );
}

test(
  "a disk that is on an attached domain and not known is registered by its id",
  proves(["POST /datacenters/{}/storagedomains/{}/disks/{}/register"], async () => {
    await using at = await effects();
    const { rest, domainId } = at;
    const diskId = await addDisk(at, "one", domainId);
    await transaction(at.world.system.db, (tx) => deleteDisk(tx, diskId as DiskId));
    const unregistered = `/storagedomains/${domainId}/disks?unregistered=true`;
    assert.deepEqual(
      (await at.list(unregistered)).map(({ id }) => id),
      [diskId],
    );
    assert.equal((await rest.request("GET", `/disks/${diskId}`)).status, 404);
    const disk = `/datacenters/${at.dataCenter.id}/storagedomains/${domainId}/disks/${diskId}`;
    await rest.ok("POST", `${disk}/register`, {});
    assert.equal((await at.read(`/disks/${diskId}`))["provisioned_size"], String(GiB));
    assert.deepEqual(await at.list(unregistered), []);
    assert.equal((await rest.request("POST", `${disk}/register`, {})).status, 409);
  }),
);

test(
  "a connection is known before its domain is made, changes, and goes",
  proves(["POST /storageconnections", "PUT /storageconnections/{}", "DELETE /storageconnections/{}"], async () => {
    await using at = await effects();
    const { rest, add, read } = at;
    const connection = `/storageconnections/${await add("/storageconnections", {
      type: "nfs",
      address: "nas.example",
      path: "/export/a",
    })}`;
    await rest.ok("PUT", connection, { path: "/export/b" });
    const { address, path, type } = await read(connection);
    assert.deepEqual([address, path, type], ["nas.example", "/export/b", "nfs"]);
    await rest.ok("DELETE", connection);
    assert.equal((await rest.request("GET", connection)).status, 404);
  }),
);
