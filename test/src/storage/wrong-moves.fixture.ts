// What cannot be a storage domain is refused in words that help, and leaves nothing behind: not on the server, not on the
// host, not in the Manager. And a domain that dies takes no other one with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NfsServer } from "@yagura/lab/three-hosts-nfs/nfs-server.ts";
import { addNfsDomain, untilDomainIs } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { folderOf } from "@yagura/lab/uml/nfs.ts";
import { RestFault } from "@yagura/rest-client";
import { withDeadline } from "@yagura/std/deadline.ts";
import { MiB } from "@yagura/std/units.ts";
import { type Centre, explained } from "../three-hosts/centre.ts";
import { checkStorage } from "../three-hosts/check-storage.ts";
import { addDisk } from "../three-hosts/disks.ts";
import { isAll } from "../three-hosts/is-all.ts";

const takesMinutes = !isAll && "takes many minutes; --all runs it";

/** A domain that works takes no longer than this for a disk, whatever becomes of another one. */
const undisturbedMs = 30_000;

/** Defines the tests. */
export function testWrongMoves(getCentre: () => Centre): void {
  const refusals: readonly { readonly what: string; readonly exportName: string; readonly says: RegExp }[] = [
    { what: "an export that is read-only", exportName: "readonly", says: /read-only|write/i },
    {
      what: "an export whose folder belongs to somebody else",
      exportName: "stranger",
      says: /36:36|owner|permission/i,
    },
    { what: "a path that the server does not export", exportName: "not-there", says: /mount|no such/i },
    { what: "an export that has a domain already", exportName: "data", says: /domain|empty|already|in use/i },
  ];

  for (const { what, exportName, says } of refusals) {
    test(`${what} is refused, and nothing is left`, () =>
      explained(getCentre().three, async () => {
        const centre = getCentre();
        const { server } = centre.three;
        if (exportName === "readonly") await server.add(exportName, { isReadOnly: true });
        if (exportName === "stranger") await server.add(exportName, { owner: { uid: 1234, gid: 1234 } });
        const before = await look(centre);
        await assert.rejects(addNfsDomain(centre.three, exportName), (error) => says.test(refusalOf(error)));
        assert.deepEqual(await look(centre), before);
      }));
  }

  test("a server that does not exist is refused, and nothing is left", () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      const before = await look(centre);
      const { client } = centre.three.manager;
      const storage = { type: "nfs", address: "10.99.0.250", path: "/data" } as const;
      await assert.rejects(
        client.storage_domains.add(
          { name: "nowhere", type: "data", host: { name: "one" }, storage },
          {},
          { timeoutMs: 240_000 },
        ),
        (error) => /10\.99\.0\.250/.test(refusalOf(error)),
      );
      assert.deepEqual(await look(centre), before);
    }));

  test("a domain whose export is withdrawn is inactive alone, and active again by itself", { skip: takesMinutes }, () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      const { three, domains } = centre;
      const [master, second] = domains;
      await three.server.withdraw(second.exportName);
      await assertWorks(centre, "meanwhile-1");
      await untilDomainIs(three, second.id, "inactive", { timeoutMs: 600_000 });
      await assertHostsAreUp(centre);
      await assertWorks(centre, "meanwhile-2");
      await three.server.add(second.exportName);
      await untilDomainIs(three, second.id, "active", { timeoutMs: 300_000 });
      await addDisk(centre, { name: "again", on: second, bytes: 64 * MiB });
      await checkStorage(centre);
      assert.ok(master);
    }),
  );

  test("a domain whose server falls silent blocks neither the others nor the hosts", { skip: takesMinutes }, () =>
    explained(getCentre().three, async () => {
      const centre = getCentre();
      const { three } = centre;
      const { lab, directory } = three;
      await using far = await NfsServer.start({ lab, number: 8, directory: `${directory}/far` });
      await far.add("far");
      const id = await addNfsDomain(three, "far", { server: far });
      await far.machine.setLink(false);
      for (const round of [1, 2, 3]) await assertWorks(centre, `far-${round}`);
      await untilDomainIs(three, id, "inactive", { timeoutMs: 600_000 });
      await assertHostsAreUp(centre);
      await assertWorks(centre, "far-4");
      await far.machine.setLink(true);
      await untilDomainIs(three, id, "active", { timeoutMs: 300_000 });
      await addDisk(centre, { name: "far-again", on: { id, exportName: "far" }, bytes: 64 * MiB });
    }),
  );
}

/** All that a refused domain could leave behind. */
async function look({ three }: Centre) {
  const { machine } = three.server;
  const files = (await machine.run("find", [folderOf(""), "-path", "*/dom_md/*", "-o", "-printf", "%P\n"])).stdout;
  const mounts = await Promise.all(
    three.hosts.map((host) =>
      host.machine.run("findmnt", ["-rn", "-t", "nfs,nfs4", "-o", "SOURCE,TARGET"], { okCodes: [0, 1] }),
    ),
  );
  const domains = await three.manager.client.storage_domains.list();
  const connections = await three.manager.client.storage_connections.list();
  return {
    files: files
      .split("\n")
      .filter((path) => path !== "")
      .sort(),
    mounts: mounts.map(({ stdout }) => stdout.split("\n").sort()),
    domains: domains.map(({ name }) => name).sort(),
    connections: connections.map(({ address, path }) => `${address}:${path}`).sort(),
  };
}

async function assertWorks(centre: Centre, name: string): Promise<void> {
  const [on] = centre.domains;
  await withDeadline(`disk ${name} on the domain that works`, undisturbedMs, () =>
    addDisk(centre, { name, on, bytes: 64 * MiB }),
  );
}

async function assertHostsAreUp({ three }: Centre): Promise<void> {
  const hosts = await three.manager.client.hosts.list();
  assert.deepEqual(
    hosts.map(({ status }) => status),
    three.hosts.map(() => "up"),
  );
}

function refusalOf(error: unknown): string {
  return error instanceof RestFault ? `${error.detail}` : `not a refusal: ${String(error)}`;
}
