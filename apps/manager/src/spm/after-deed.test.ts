import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { afterStart, afterStop } from "./after-deed.ts";
import { decideSpm } from "./decide-spm.ts";
import type { HostView, PoolView } from "./pool-view.ts";

const [one, two, three] = ["one", "two", "three"] as const;
const host = (name: string, number: number, different: Partial<HostView> = {}): HostView => ({
  id: name as HostId,
  name,
  number,
  state: "up",
  role: "free",
  spmPriority: 5,
  lease: { holder: 1, version: 7 },
  readsMaster: true,
  ...different,
});
const ids = { one: one as HostId, two: two as HostId };

/** Host one is SPM in epoch 7; host three read an older epoch. */
const view: PoolView = {
  hosts: [
    host(one, 1, { role: "spm" }),
    host(two, 2),
    host(three, 3, { lease: { holder: 3, version: 6 }, spmPriority: 9 }),
  ],
  recorded: ids.one,
  wish: ids.two,
  tasksUnderWay: 0,
};

test("a planned move goes from the stop to the successor's start to its end without another look", () => {
  assert.deepEqual([decideSpm(view).do, "host" in decideSpm(view)], ["stop", true]);
  const stopped = afterStop(view, ids.one);
  const start = decideSpm(stopped);
  assert.deepEqual([start.do, "host" in start && start.host], ["start", ids.two]);
  const end = decideSpm(afterStart(stopped, ids.two, { holder: 2, version: 8 }));
  assert.deepEqual([end.do, "spm" in end && end.spm], ["nothing", ids.two]);
});

test("a stopped host with a stale claim takes nothing from the one that has the lease", () => {
  const claims = [host(one, 1, { role: "spm" }), host(two, 2, { role: "spm", lease: { holder: 2, version: 8 } })];
  const stopped = afterStop({ ...view, hosts: claims }, ids.one);
  const decision = decideSpm(stopped);
  assert.deepEqual([decision.do, "spm" in decision && decision.spm], ["nothing", ids.two]);
});
