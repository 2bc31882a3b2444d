/** The order in which the role is taken and given back, with a lock that notes what happens to it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newId, type StorageDomainId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import type { PoolId } from "../contract/spm-order.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { type Candidacy, Spm } from "./spm.ts";
import type { HeldSpmLock, SpmLock } from "./spm-lock.ts";
import type { SpmTerm } from "./spm-term.ts";

const poolId = newId<PoolId>();

interface World {
  readonly spm: Spm;
  readonly log: string[];
  /** Takes the lock away: the last one, or that of an epoch. */
  lose(epoch?: number): void;
  candidacy(differs?: Partial<Candidacy>): Candidacy;
}

function world(
  differs: Partial<SpmLock> & {
    readonly release?: () => Promise<void>;
    readonly whenWritersDead?: () => Promise<void>;
    readonly giveUpSilent?: () => Promise<void>;
  } = {},
): World {
  const log: string[] = [];
  let epoch = 4;
  const lost = new Map<number, () => void>();
  const lock: SpmLock = {
    async acquire(): Promise<HeldSpmLock> {
      epoch += 1;
      log.push(`acquire ${epoch}`);
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const own = epoch;
      lost.set(own, resolve);
      return {
        epoch: own,
        ended,
        async release() {
          await differs.release?.();
          log.push(`release ${own}`);
          resolve();
        },
      };
    },
    readOwner: async () => ({ leaseVersion: -1, hostNumber: -1 }),
    ...differs,
  };
  const spm = new Spm({
    poolId,
    lock,
    log: silentLog,
    whenWritersDead: differs.whenWritersDead ?? (async () => undefined),
    giveUpSilent: differs.giveUpSilent ?? (async () => undefined),
    onLost: () => void log.push("lost"),
    endProcess: (because) => void log.push(`the process ends: ${because}`),
  });
  return {
    spm,
    log,
    lose: (own = epoch) => lost.get(own)?.(),
    candidacy: (other) => ({
      master: { domainId: newId<StorageDomainId>() } as StorageDomain,
      hostNumber: 1,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      takeOver: async () => void log.push("take over"),
      ...other,
    }),
  };
}

const notSpm = { code: 654 };

describe("becoming SPM", () => {
  test("the lease comes before what was left is taken over, and others may begin only after that", async () => {
    const { spm, log, candidacy } = world();
    const takeOver = async (term: SpmTerm): Promise<void> => {
      log.push(`take over in ${spm.state}`);
      assert.throws(() => spm.guard(), notSpm);
      await term.run(async () => void log.push("an effect"));
    };
    await spm.start(candidacy({ takeOver }));
    assert.deepEqual(log, ["acquire 5", "take over in Contend", "an effect"]);
    assert.equal(spm.guard().epoch, 5);
    assert.equal(spm.guard(5).epoch, 5);
    assert.throws(() => spm.guard(4), { code: 654, message: /epoch 4 .* epoch 5/ });
    assert.throws(() => spm.guard(6), notSpm);
  });

  test("who asks a second time waits for the first", async () => {
    const { spm, log, candidacy } = world();
    await Promise.all([spm.start(candidacy()), spm.start(candidacy())]);
    await spm.start(candidacy());
    assert.deepEqual(log, ["acquire 5", "take over"]);
  });

  test("a failed takeover gives the lease back, and ends what it had begun", async () => {
    const { spm, log, candidacy } = world();
    let left: SpmTerm | undefined;
    const takeOver = async (term: SpmTerm): Promise<void> => {
      left = term;
      throw new Error("the journal cannot be read");
    };
    await assert.rejects(spm.start(candidacy({ takeOver })), /journal/);
    assert.deepEqual([log, spm.state], [["acquire 5", "release 5"], "Free"]);
    assert.throws(() => left?.check(), notSpm);
  });

  test("a lock that is lost meanwhile makes nobody SPM", async () => {
    const { spm, log, lose, candidacy } = world();
    const takeOver = async (): Promise<void> => {
      lose();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await assert.rejects(spm.start(candidacy({ takeOver })), notSpm);
    assert.deepEqual([log, spm.state], [["acquire 5", "lost"], "Free"]);
  });

  test("it ends when the task is stopped, and when the role is given up", async () => {
    const acquire: SpmLock["acquire"] = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const task = new AbortController();
    const first = world({ acquire });
    const starting = first.spm.start(first.candidacy({ signal: task.signal }));
    task.abort(new StorageError("TaskAborted", "stopped"));
    await assert.rejects(starting, { code: 411 });
    const second = world({ acquire });
    const contending = assert.rejects(second.spm.start(second.candidacy()), { code: 411 });
    await second.spm.stop(async () => undefined);
    await contending;
    assert.deepEqual([first.spm.state, second.spm.state], ["Free", "Free"]);
  });
});

describe("giving the role back", () => {
  test("nothing new, then the tasks, then the last writer, then the lease", async () => {
    const { spm, log, candidacy } = world();
    await spm.start(candidacy());
    const term = spm.guard();
    const { promise: gone, resolve: end } = Promise.withResolvers<void>();
    const writer = term.run(async () => {
      await gone;
      log.push("the last writer ends");
    });
    const stopping = spm.stop(async () => {
      assert.throws(() => spm.guard(), notSpm);
      await term.run(async () => void log.push("a task settles"));
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.throws(() => term.check(), notSpm);
    assert.equal(spm.state, "SPM");
    end();
    await Promise.all([writer, stopping]);
    assert.deepEqual(log, ["acquire 5", "take over", "a task settles", "the last writer ends", "release 5"]);
    assert.equal(spm.state, "Free");
    await spm.start(candidacy());
    assert.equal(spm.guard().epoch, 6);
  });

  test("a writer that was killed and is not dead keeps the lease", async () => {
    const { promise: dead, resolve: die } = Promise.withResolvers<void>();
    const { spm, log, candidacy } = world({ whenWritersDead: () => dead });
    await spm.start(candidacy());
    const stopping = spm.stop(async () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([log.includes("release 5"), spm.state], [false, "SPM"]);
    die();
    await stopping;
    assert.equal(log.at(-1), "release 5");
  });

  test("a writer whose storage is silent is given up, so that the lease can be given back", async () => {
    const { promise: silence, reject: giveUp } = Promise.withResolvers<void>();
    const { spm, log, candidacy } = world({ giveUpSilent: async () => giveUp(new Error("the storage is silent")) });
    await spm.start(candidacy());
    const writing = assert.rejects(
      spm.guard().run(() => silence),
      /silent/,
    );
    await spm.stop(async () => undefined);
    await writing;
    assert.equal(log.at(-1), "release 5");
  });

  test("tasks that do not end keep the lease", async () => {
    const { spm, log, candidacy } = world();
    await spm.start(candidacy());
    await assert.rejects(
      spm.stop(async () => {
        throw new StorageError("SpmStopError", "a task does not end");
      }),
      { code: 653 },
    );
    assert.deepEqual([log.includes("release 5"), spm.state], [false, "SPM"]);
  });

  test("a lease that cannot be given back ends the process", async () => {
    const { spm, log, candidacy } = world({
      release: async () => {
        throw new Error("the storage does not answer");
      },
    });
    await spm.start(candidacy());
    await assert.rejects(
      spm.stop(async () => undefined),
      { code: 653 },
    );
    assert.match(log.at(-1) ?? "", /^the process ends: .*the storage does not answer/);
  });

  test("a lost lock ends the term at once, and says so", async () => {
    const { spm, log, lose, candidacy } = world();
    await spm.start(candidacy());
    const term = spm.guard();
    lose();
    await new Promise((resolve) => setImmediate(resolve));
    assert.throws(() => term.check(), notSpm);
    assert.deepEqual([log.at(-1), spm.state], ["lost", "Free"]);
  });
});

describe("moving to another master", () => {
  test("both leases are held while it moves, and the one before is given back last", async () => {
    const { spm, log, candidacy } = world();
    await spm.start(candidacy());
    const before = spm.guard();
    await spm.move(candidacy(), async (terms) => {
      assert.throws(() => spm.guard(), notSpm);
      terms.before.check();
      terms.next.check();
      log.push("move");
    });
    assert.deepEqual(log, ["acquire 5", "take over", "acquire 6", "move", "release 5"]);
    assert.throws(() => before.check(), notSpm);
    assert.equal(spm.guard(6).epoch, 6);
  });

  test("when it fails everything is as before", async () => {
    const { spm, log, candidacy } = world();
    await spm.start(candidacy());
    const failing = spm.move(candidacy(), async () => {
      throw new Error("no space");
    });
    await assert.rejects(failing, /no space/);
    assert.deepEqual(log, ["acquire 5", "take over", "acquire 6", "release 6"]);
    assert.equal(spm.guard(5).epoch, 5);
  });

  test("the next epoch is later than the one before, whatever the new lease has seen", async () => {
    const versions = new Map([[1, 8]]);
    const { spm, candidacy } = world({
      acquire: async (_, { hostNumber }) => {
        const epoch = (versions.get(hostNumber) ?? 0) + 1;
        versions.set(hostNumber, epoch);
        return { epoch, ended: new Promise<void>(() => undefined), release: async () => undefined };
      },
    });
    await spm.start(candidacy());
    assert.equal(spm.guard().epoch, 9);
    await spm.move(candidacy({ hostNumber: 2 }), async () => undefined);
    assert.equal(spm.guard().epoch, 10);
  });
});

test("a lock that is lost while the master moves leaves no lease with a host that is not the SPM", async () => {
  const { spm, log, lose, candidacy } = world();
  await spm.start(candidacy());
  const moved = spm.move(candidacy(), async () => {
    lose(5);
    await new Promise((resolve) => setImmediate(resolve));
  });
  await assert.rejects(moved, notSpm);
  assert.deepEqual([spm.state, log], ["Free", ["acquire 5", "take over", "acquire 6", "lost", "release 6"]]);
  await spm.start(candidacy());
  assert.equal(spm.guard().epoch, 7);
});
