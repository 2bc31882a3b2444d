import assert from "node:assert/strict";
import { test } from "node:test";
import type { QosLimits, QosType } from "./qos.ts";
import { limitsOfType, qosProblems } from "./qos-problems.ts";

const cases: readonly (readonly [type: QosType, limits: QosLimits, problem: RegExp | undefined])[] = [
  ["cpu", { cpuLimit: 50 }, undefined],
  ["cpu", {}, /missing values/],
  ["cpu", { cpuLimit: 101 }, /out of range \(Legal range is: 0-100\)/],
  ["cpu", { cpuLimit: -1 }, /negative/],
  ["storage", {}, undefined],
  ["storage", { maxIops: 10, maxReadThroughput: 5 }, undefined],
  ["storage", { maxIops: 10, maxReadIops: 5 }, /non-zero total value with non-zero read/],
  ["network", {}, undefined],
  ["network", { inboundAverage: 1, inboundPeak: 1, inboundBurst: 1 }, undefined],
  ["network", { inboundAverage: 1, inboundPeak: 1 }, /All three values are needed/],
  ["network", { outboundAverage: 2, outboundPeak: 1, outboundBurst: 1 }, /Peak cannot be set lower than Average/],
  ["network", { outboundAverage: 1025, outboundPeak: 1100, outboundBurst: 1 }, /0-1024/],
  ["hostnetwork", { outboundAverageLinkshare: 50 }, undefined],
  ["hostnetwork", {}, /Weighted share must be specified/],
  [
    "hostnetwork",
    { outboundAverageLinkshare: 50, outboundAverageUpperlimit: 1, outboundAverageRealtime: 2 },
    /rate limit must not be lower than committed rate/,
  ],
];
for (const [type, limits, problem] of cases) {
  test(`a QoS of type ${type} with ${JSON.stringify(limits)} ${problem === undefined ? "can be" : "cannot be"}`, () => {
    const problems = qosProblems({ name: "x", type, limits });
    if (problem === undefined) assert.deepEqual(problems, []);
    else assert.match(problems.join(), problem);
  });
}

test("limits of another type are left out", () => {
  assert.deepEqual(limitsOfType("cpu", { cpuLimit: 1, maxIops: 2 }), { cpuLimit: 1 });
});
