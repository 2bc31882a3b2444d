import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "@yagura/libvirt";
import { silentLog } from "@yagura/std/log.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { HypervisorAway } from "../errors.ts";
import { LibvirtLink } from "./libvirt-link.ts";

const turns = () => new Promise((resolve) => setImmediate(resolve));

/** Of a connection only its end matters here. */
function stubConnection() {
  const closed = Promise.withResolvers<Error | undefined>();
  const connection = { closed: closed.promise, close: async () => closed.resolve(undefined) } as unknown as Connection;
  return { connection, lose: () => closed.resolve(new Error("gone")) };
}

function world(fails: () => boolean) {
  const clock = new FakeClock();
  const log: string[] = [];
  const opened: ReturnType<typeof stubConnection>[] = [];
  const link = new LibvirtLink({
    clock,
    log: silentLog,
    async connect() {
      if (fails()) throw new Error("no daemon");
      const stub = stubConnection();
      opened.push(stub);
      return stub.connection;
    },
    async prepare() {
      log.push("prepared");
    },
    async onConnected() {
      log.push("connected");
    },
    onLost: () => log.push("lost"),
  });
  return { clock, log, opened, link };
}

test("the link comes back after a loss, registers for events again and has everything looked at", async () => {
  const { link, clock, log, opened } = world(() => false);
  const stop = new AbortController();
  const watching = link.watch(stop.signal);
  await turns();
  assert.equal(link.isConnected, true);
  opened[1]?.lose(); // One of the three is enough.
  await turns();
  assert.equal(link.isConnected, false);
  assert.throws(() => link.get("operations"), HypervisorAway);
  await clock.advance(1_000);
  await turns();
  assert.deepEqual(log, ["prepared", "connected", "lost", "prepared", "connected"]);
  assert.equal(opened.length, 6);
  stop.abort();
  await watching;
  assert.equal(log.at(-1), "lost");
});

test("while there is no daemon the link tries less and less often, in the end each two seconds", async () => {
  let attempts = 0;
  const { link, clock } = world(() => {
    attempts++;
    return true;
  });
  const stop = new AbortController();
  const watching = link.watch(stop.signal);
  await turns();
  await clock.advance(60_000);
  assert.ok(attempts >= 30 && attempts <= 34, `${attempts} attempts in a minute`);
  stop.abort();
  await watching;
});
