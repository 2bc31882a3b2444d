// The SPM's host, its storage or the Manager fails in the middle of an operation, on three real hosts with real sanlock and
// watchdogs on real NFS. By default one power cut at a moment of a copy that a seed draws; `--all` runs every pair.
import { after, before, suite, test } from "node:test";
import { whyNoThreeHosts } from "@yagura/lab/three-hosts-nfs/three-hosts-nfs.ts";
import { type Centre, openCentre } from "../three-hosts/centre.ts";
import { isAll } from "../three-hosts/is-all.ts";
import { type Operation, operations } from "../three-hosts/operations.ts";
import { type Fault, faults } from "./faults.ts";
import { runCell } from "./run-cell.ts";
import { drawSeed, randomFrom } from "./seed.ts";

const skip = await whyNoThreeHosts();
const seed = drawSeed();
const random = randomFrom(seed);
const cellMs = 15 * 60_000;
const suiteMs = 4 * 60 * 60_000;

suite(`failover of the SPM (YAGURA_SEED=${seed})`, { skip, timeout: suiteMs }, () => {
  let centre: Centre;
  before(async () => {
    centre = await openCentre({ name: "yspm" });
  });
  after(() => centre?.[Symbol.asyncDispose]());

  for (const [operation, fault] of isAll ? allPairs() : [cutDuringCopy()]) {
    const moment = random();
    const name = `${fault.name} during volume ${operation.name}, at ${moment.toFixed(2)} of it (seed ${seed})`;
    test(name, { timeout: cellMs }, () => runCell(centre, { operation, fault, moment }));
  }
});

function allPairs(): [Operation, Fault][] {
  return Object.values(faults).flatMap((fault) =>
    operations.map((operation): [Operation, Fault] => [operation, fault]),
  );
}

/** Of all operations a copy takes the longest: the cut is in its middle, wherever that is drawn. */
function cutDuringCopy(): [Operation, Fault] {
  const copy = operations.find(({ name }) => name === "copy");
  if (copy === undefined) throw new Error("there is no copy among the operations");
  return [copy, faults.powerCut];
}
