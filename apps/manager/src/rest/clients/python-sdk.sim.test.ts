import assert from "node:assert/strict";
import { test } from "node:test";
import { clientWorld, encode, only, requireNoOtherMissing } from "./client-world.fixture.ts";

test("a first tour with the Python SDK", async (t) => {
  await using world = await clientWorld({ headers: { version: "4", "user-agent": "PythonSDK/4.6.2" } });
  const { client, token } = world;
  const root = await client.get("api", "");
  assert.ok(root.product_info?.version?.major !== undefined, "test() wants a version");

  const { id } = await client.add(
    "vm",
    "/vms",
    "<vm><cluster><name>c</name></cluster><memory>67108864</memory><name>tour</name><template><name>Blank</name></template></vm>",
  );
  const attachment = await client.add(
    "disk_attachment",
    `/vms/${id}/diskattachments`,
    "<disk_attachment><active>true</active><bootable>true</bootable><disk><format>cow</format><name>tour_root</name>" +
      "<provisioned_size>1073741824</provisioned_size><storage_domains><storage_domain><name>data</name></storage_domain>" +
      "</storage_domains></disk><interface>virtio</interface></disk_attachment>",
  );
  await client.until("disk", `/disks/${attachment.disk?.id}`, ({ status }) => status === "ok");
  const [profile] = await client.list("vnic_profile", "/vnicprofiles");
  assert.ok(profile?.id !== undefined && profile.name !== undefined && profile.network?.id !== undefined);
  const nic = `<nic><name>nic1</name><vnic_profile id="${profile.id}"/></nic>`;
  assert.match((await client.add("nic", `/vms/${id}/nics`, nic)).mac?.address ?? "", /^([0-9a-f]{2}:){5}/);

  await client.act(`/vms/${id}/start`, "<action/>");
  const up = await client.until("vm", `/vms/${id}`, ({ status }) => status === "up");
  assert.ok(up.host?.id !== undefined, "a VM that runs says where");
  const missing = await client.notServed([
    ["POST", `/vms/${id}/snapshots`, "<snapshot><description>first</description></snapshot>"],
  ]);
  requireNoOtherMissing(t, missing, ["POST /vms/{}/snapshots"]);
  assert.equal(only(await client.list("vm", `/vms?max=10&search=${encode("name=tour")}`)).id, id);
  const followed = (await client.list("vm", "/vms?follow=disk_attachments.disk,nics")).find((vm) => vm.id === id);
  assert.equal(followed?.disk_attachments?.[0]?.disk?.name, "tour_root");
  assert.equal(followed?.nics?.[0]?.name, "nic1");

  await client.act(`/vms/${id}/stop`, "<action/>");
  await client.until("vm", `/vms/${id}`, ({ status }) => status === "down");
  await client.remove(`/vms/${id}`);
  await client.absent(`/vms/${id}`);
  assert.match(await client.refused("GET", `/vms?search=${encode("nonsense((")}`, 400), /./);
  await client.logOut(token);
});
