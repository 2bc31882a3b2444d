import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import { silentLog } from "@yagura/std/log.ts";
import type { DomainMetadata } from "@yagura/storage-format";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import type { StorageDomain } from "../domains/storage-domain.ts";
import { StorageError } from "../errors.ts";
import { DomainWatch } from "./domain-watch.ts";

const [good, bad] = [
  parseId<StorageDomainId>("75f8a1bb-4504-4314-91ca-d9365a30692b"),
  parseId<StorageDomainId>("0a5a3a0e-8a31-4a0c-9d8a-6a3a7a1b2c3d"),
];

type Answer = "well" | "silent" | Error;

function open(healed = false) {
  const clock = new FakeClock();
  const answers = new Map<StorageDomainId, Answer>([
    [good, "well"],
    [bad, "well"],
  ]);
  const looks: StorageDomainId[] = [];
  const changes: [StorageDomainId, boolean][] = [];
  const heals: string[] = [];
  let wanted = [good, bad];
  let forgotten = 0;
  const domain = (domainId: StorageDomainId): StorageDomain => {
    const found: Partial<StorageDomain> = {
      paths: { domain: `/r/mnt/s/${domainId}` } as StorageDomain["paths"],
      async readMetadata() {
        looks.push(domainId);
        const answer = answers.get(domainId);
        if (answer instanceof Error) throw answer;
        if (answer === "silent") await new Promise(() => undefined);
        return { version: 5 } as DomainMetadata;
      },
    };
    return found as StorageDomain;
  };
  const watch = new DomainWatch({
    clock,
    log: silentLog,
    known: { get: async (domainId) => domain(domainId), forget: () => void forgotten++ },
    listDomains: () => wanted,
    isAcquired: (domainId) => domainId === good,
    async heal(path) {
      heals.push(path);
      if (healed) answers.set(bad, "well");
      return healed;
    },
  });
  watch.onChange((domainId, isValid) => changes.push([domainId, isValid]));
  const end = new AbortController();
  const watching = watch.watch(end.signal);
  return {
    clock,
    watch,
    answers,
    looks,
    changes,
    heals,
    forgotten: () => forgotten,
    want(...domainIds: StorageDomainId[]) {
      wanted = domainIds;
    },
    of: (domainId: StorageDomainId) => watch.vitals().get(domainId),
    async [Symbol.asyncDispose]() {
      end.abort();
      await watching;
    },
  };
}

/** Lets everyone run until their next wait. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

suite("looks at domains", () => {
  test("each domain is told at its first look, and then when something changes", async () => {
    await using host = open();
    const { clock, answers, changes } = host;
    await settle();
    assert.deepEqual(changes.splice(0), [
      [good, true],
      [bad, true],
    ]);
    answers.set(bad, new StorageError("MetaDataSealIsBroken", "broken"));
    await clock.advance(30_000);
    assert.deepEqual(changes.splice(0), [[bad, false]]);
    assert.deepEqual([host.of(bad)?.code, host.of(bad)?.version, host.of(good)?.code], [752, 5, 0]);
    answers.set(bad, "well");
    await clock.advance(10_000);
    assert.deepEqual(changes, [[bad, true]]);
  });

  test("a domain that hangs is told after its deadline; the other is looked at every ten seconds all the while", async () => {
    await using host = open();
    const { clock, answers, changes, looks } = host;
    await settle();
    changes.length = 0;
    looks.length = 0;
    answers.set(bad, "silent");
    await clock.advance(20_999);
    assert.deepEqual([host.of(bad)?.isValid, host.of(bad)?.lastCheckSeconds], [true, 20.999]);
    await clock.advance(1);
    assert.deepEqual([changes, host.of(bad)?.code, host.of(bad)?.delaySeconds], [[[bad, false]], 379, 11]);
    await clock.advance(39_000);
    assert.equal(looks.filter((domainId) => domainId === good).length, 6);
    assert.equal(host.of(good)?.isValid, true);
  });

  test("who asks for a look hears of one that is under way, and of all domains", async () => {
    await using host = open();
    await settle();
    host.looks.length = 0;
    await Promise.all([host.watch.look(), host.watch.look()]);
    assert.deepEqual(host.looks.toSorted(), [bad, good]);
  });

  test("a domain that nobody wants is not looked at any more, and a new one within a period", async () => {
    await using host = open();
    const { clock, looks } = host;
    await settle();
    host.want(good);
    assert.deepEqual([...host.watch.vitals().keys()], [good]);
    await clock.advance(10_000);
    looks.length = 0;
    await clock.advance(30_000);
    assert.ok(!looks.includes(bad));
    host.want(good, bad);
    assert.deepEqual([host.of(bad)?.isActual, host.of(bad)?.isValid], [false, false]);
    await clock.advance(10_000);
    assert.equal(host.of(bad)?.isValid, true);
  });

  test("whether the host id is held is asked of whoever holds it", async () => {
    await using host = open();
    await settle();
    assert.deepEqual([host.of(good)?.isAcquired, host.of(bad)?.isAcquired], [true, false]);
  });

  test("what a failed look shows to be broken is repaired behind it, and looked at again at once", async () => {
    await using host = open(true);
    const { clock, answers, changes, heals } = host;
    await settle();
    changes.length = 0;
    answers.set(bad, Object.assign(new Error("ESTALE"), { code: "ESTALE" }));
    await clock.advance(10_000);
    assert.deepEqual(
      [heals, changes],
      [
        [`/r/mnt/s/${bad}`],
        [
          [bad, false],
          [bad, true],
        ],
      ],
    );
  });

  test("a domain that is not where it was is looked for anew", async () => {
    await using host = open();
    await settle();
    host.answers.set(bad, new StorageError("StorageDomainDoesNotExist", "gone"));
    await host.clock.advance(10_000);
    assert.deepEqual([host.forgotten(), host.of(bad)?.code], [1, 358]);
  });

  test("a mount with a domain that is watched is in use; next to it is not", async () => {
    await using host = open();
    await settle();
    assert.deepEqual(
      [host.watch.isBelow("/r/mnt/s"), host.watch.isBelow("/r/mnt"), host.watch.isBelow("/r/mnt/st")],
      [true, true, false],
    );
    host.want();
    assert.equal(host.watch.isBelow("/r/mnt/s"), false);
  });
});
