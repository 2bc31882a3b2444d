import assert from "node:assert/strict";
import { test } from "node:test";
import { createKey } from "@yagura/pki";
import { type HostId, newId } from "@yagura/std/ids.ts";
import { startPostgres, whyNoPostgres } from "@yagura/testing/postgres.ts";
import { listHosts } from "../db/queries/hosts.ts";
import { enrolHost } from "./enrol-host.ts";
import { type EnrolmentWorld, enrolmentOf, enrolmentWorld } from "./enrolment.fixture.ts";
import { createHostTicket } from "./host-tickets.ts";

const skip = await whyNoPostgres();

test("on PostgreSQL, too, of many hosts that use one ticket at the same time one is admitted", { skip }, async () => {
  await using postgres = await startPostgres();
  await using world = await enrolmentWorld({ database: { kind: "postgres", url: await postgres.createDatabase() } });
  for (const round of [1, 2, 3]) {
    const ticket = await ticketOf(world);
    const enrolments = await Promise.all(
      Array.from({ length: 6 }, async (_, at) => {
        const host = { keyPem: await createKey(), hostId: newId<HostId>() };
        return enrolmentOf(host, { ticket, name: `h${round}${at}` });
      }),
    );
    const answers = await Promise.all(enrolments.map((enrolment) => enrolHost(world.context, enrolment)));
    const statuses = answers.map((answer) => answer.status).toSorted();
    assert.deepEqual(statuses, ["approved", "refused", "refused", "refused", "refused", "refused"]);
  }
  const poolNumbers = (await listHosts(world.context.db)).map((host) => host.poolNumber).toSorted();
  assert.deepEqual(poolNumbers, [1, 2, 3]);
});

test("on PostgreSQL, too, hosts that come at the same time with different tickets get different numbers", {
  skip,
}, async () => {
  await using postgres = await startPostgres();
  await using world = await enrolmentWorld({ database: { kind: "postgres", url: await postgres.createDatabase() } });
  const enrolments = await Promise.all(
    Array.from({ length: 6 }, async () =>
      enrolmentOf({ keyPem: await createKey(), hostId: newId<HostId>() }, { ticket: await ticketOf(world) }),
    ),
  );
  const answers = await Promise.all(enrolments.map((enrolment) => enrolHost(world.context, enrolment)));
  assert.ok(answers.every((answer) => answer.status === "approved"));
  const hosts = await listHosts(world.context.db);
  assert.deepEqual(hosts.map((host) => host.poolNumber).toSorted(), [1, 2, 3, 4, 5, 6]);
  assert.equal(new Set(hosts.map((host) => host.name)).size, 6);
});

async function ticketOf({ context, clusterId }: EnrolmentWorld): Promise<string> {
  const { ticket } = await createHostTicket(context, { clusterId, validMs: 60_000 });
  return ticket;
}
