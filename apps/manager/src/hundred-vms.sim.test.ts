import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tables } from "./db/schema.ts";
import { until } from "./manager.fixture.ts";
import { sharedWorld } from "./operations/vms/shared-world.fixture.ts";
import { type StrictClient, strictClient } from "./rest/clients/strict-client.fixture.ts";

type World = Awaited<ReturnType<typeof sharedWorld>>;

/** Where a VM leaves rows while it is there. */
const tables = [
  "vms",
  "vmRuns",
  "guestNames",
  "disks",
  "volumes",
  "diskAttachments",
  "nics",
  "networkFilterParameters",
  "vmQuotas",
  "diskQuotas",
  "permissions",
  "tagAssignments",
  "affinityGroupMembers",
  "affinityLabelMembers",
  "imageTransfers",
  "locks",
] as const satisfies readonly (keyof Tables)[];

/** What there is of VMs: rows by table, volumes on the storage, guests at the hosts. */
async function whatThereIs({ world, one, two }: World): Promise<Readonly<Record<string, number>>> {
  const { db } = world.system;
  const rows: Record<string, number> = {};
  for (const table of tables) rows[table] = (await db.selectFrom(table).selectAll().execute()).length;
  const domains = [...one.world.storage.domains.values()];
  return {
    ...rows,
    images: domains.reduce((sum, { images }) => sum + images.size, 0),
    volumesOnStorage: domains.flatMap(({ images }) => [...images.values()]).reduce((sum, each) => sum + each.size, 0),
    guests: one.vms.length + two.vms.length,
    runningJobs: (await db.selectFrom("jobs").selectAll().where("status", "=", "started").execute()).length,
    openSagas: (
      await db.selectFrom("sagas").selectAll().where("status", "in", ["running", "undoing", "stuck"]).execute()
    ).length,
  };
}

const COUNT = 100;
/** Requests under way at once, as a script with a pool of workers has them. */
const WORKERS = 8;

async function forEach<T>(things: readonly T[], work: (thing: T) => Promise<void>): Promise<void> {
  const left = [...things];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

async function allAre(client: StrictClient, status: string): Promise<void> {
  await until(
    `all to be ${status}`,
    async () => {
      const vms = await client.list("vm", "/vms?search=name%3Dweb*");
      return vms.length === COUNT && vms.every((vm) => vm.status === status);
    },
    180_000,
  );
}

const names = Array.from({ length: COUNT }, (_, at) => `web${String(at).padStart(3, "0")}`);

test("a hundred VMs of a template are made, started, stopped and removed by one script, and nothing is left over", async (t) => {
  await using shared = await sharedWorld();
  using client = await strictClient(shared.world);
  const before = await whatThereIs(shared);
  const ids = new Map<string, string>();

  await forEach(names, async (name) => {
    const size = "<memory>67108864</memory><memory_policy><guaranteed>67108864</guaranteed></memory_policy>";
    const body = `<vm><name>${name}</name><cluster><name>c</name></cluster><template><name>base</name></template>${size}</vm>`;
    ids.set(name, (await client.add("vm", "/vms", body)).id);
  });
  await allAre(client, "down");
  const made = await whatThereIs(shared);
  assert.equal((made["vms"] ?? 0) - (before["vms"] ?? 0), COUNT);
  assert.equal((made["images"] ?? 0) - (before["images"] ?? 0), COUNT, "each has a disk of its own on the storage");
  t.diagnostic(`made: ${JSON.stringify(made)}`);

  await forEach([...ids.values()], async (id) => void (await client.act(`/vms/${id}/start`)));
  await allAre(client, "up");
  const guests = [shared.one, shared.two].map(({ vms }) => vms.length);
  assert.equal(
    guests.reduce((sum, each) => sum + each, 0),
    COUNT,
  );
  assert.ok(
    guests.every((each) => each > 0),
    `both hosts have some: ${guests.join(" and ")}`,
  );

  await forEach([...ids.values()], async (id) => void (await client.act(`/vms/${id}/stop`)));
  await allAre(client, "down");
  await forEach([...ids.values()], async (id) => client.remove(`/vms/${id}`));
  await until("all to be gone", async () => (await client.list("vm", "/vms?search=name%3Dweb*")).length === 0, 180_000);
  await until("all work to have ended", async () => {
    const { runningJobs, openSagas } = await whatThereIs(shared);
    return runningJobs === 0 && openSagas === 0;
  });
  assert.deepEqual(await whatThereIs(shared), before);
  const jobs = await client.list("job", "/jobs");
  assert.deepEqual(
    jobs.filter(({ status }) => status !== "finished").map(({ description }) => description),
    [],
  );
});
