import assert from "node:assert/strict";
import { test } from "node:test";
import { services } from "./generated/services.ts";
import { actionsOf, linksOf, rootLinks, withLinks } from "./links.ts";

test("withLinks adds the address, a link for each sub-collection, and the actions that are served", () => {
  const nic = withLinks("vm_nic", "/ovirt-engine/api/vms/1/nics/2", { name: "nic1" }, (path) => path === "activate");
  assert.deepEqual(nic, {
    name: "nic1",
    href: "/ovirt-engine/api/vms/1/nics/2",
    link: ["statistics", "reporteddevices", "networkfilterparameters"].map((rel) => ({
      rel,
      href: `/ovirt-engine/api/vms/1/nics/2/${rel}`,
    })),
    actions: [{ rel: "activate", href: "/ovirt-engine/api/vms/1/nics/2/activate" }],
  });
});

test("a VM has the links and actions that clients look for", () => {
  const rels = (links: readonly { rel?: string | undefined }[]): (string | undefined)[] => links.map(({ rel }) => rel);
  const links = rels(linksOf("vm", "/x"));
  for (const rel of ["diskattachments", "nics", "snapshots", "statistics", "graphicsconsoles", "reporteddevices"]) {
    assert.ok(links.includes(rel), rel);
  }
  const actions = rels(actionsOf("vm", "/x"));
  for (const rel of ["start", "stop", "shutdown", "reboot", "migrate", "previewsnapshot"]) {
    assert.ok(actions.includes(rel), rel);
  }
});

test("the root links to 39 collections of v4 and to ours, 13 of them with a search", () => {
  const links = rootLinks();
  assert.equal(links.filter(({ rel }) => rel?.endsWith("/search")).length, 13);
  assert.equal(links.length, 39 + 2 + 13);
  assert.deepEqual(
    links.filter(({ rel }) => rel?.startsWith("events")),
    [
      { rel: "events", href: "/ovirt-engine/api/events" },
      { rel: "events/search", href: "/ovirt-engine/api/events;from={event_id}?search={query}" },
    ],
  );
  assert.deepEqual(
    rootLinks((path) => path === "jobs").map(({ rel }) => rel),
    ["jobs", "jobs/search"],
  );
});

test("every child and item of a service is a service", () => {
  for (const [name, { item, children }] of Object.entries(services)) {
    for (const other of [item ?? name, ...Object.values(children).map(({ service }) => service)]) {
      assert.ok(Object.hasOwn(services, other), `${name} -> ${other}`);
    }
  }
});
