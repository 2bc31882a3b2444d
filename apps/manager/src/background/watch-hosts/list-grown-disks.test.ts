import assert from "node:assert/strict";
import { test } from "node:test";
import type { VmStatistics } from "../../domain/vm/vm.ts";
import { listGrownDisks } from "./list-grown-disks.ts";

const statistics = (actualBytes: number | undefined): VmStatistics => ({
  atMs: 0,
  cpuUserPercent: 0,
  cpuSystemPercent: 0,
  memoryUsedPercent: 0,
  elapsedMs: 0,
  disks: [
    {
      imageId: "a",
      device: "vda",
      readBytesPerSecond: 0,
      writeBytesPerSecond: 0,
      ...(actualBytes !== undefined && { actualBytes }),
    },
  ],
  nics: [],
});

test("a disk is listed when it takes another amount than before, or is seen for the first time", () => {
  assert.deepEqual(listGrownDisks(statistics(1), statistics(2)), [{ diskId: "a", actualBytes: 2 }]);
  assert.deepEqual(listGrownDisks(undefined, statistics(2)), [{ diskId: "a", actualBytes: 2 }]);
  assert.deepEqual(listGrownDisks(statistics(2), statistics(2)), []);
});

test("a host that has not measured yet, or says nothing, makes no disk empty", () => {
  for (const silent of [statistics(0), statistics(undefined), undefined, null]) {
    assert.deepEqual(listGrownDisks(statistics(2), silent), []);
  }
});
