import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId, StorageDomainId } from "@yagura/std/ids.ts";
import { type DomainsView, decideDomains, type Sight } from "./decide-domains.ts";

const graceMs = 60_000;
const sees: Sight = { isValid: true, isAcquired: true, forMs: 3_600_000 };
const seesFor = (seconds: number): Sight => ({ ...sees, forMs: seconds * 1000 });
const lost = (forSeconds: number): Sight => ({ isValid: false, isAcquired: true, forMs: forSeconds * 1000 });

/** Each host with what it sees of each domain; a host without says nothing. */
function decide(
  domains: Readonly<Record<string, DomainsView["domains"][number]["status"]>>,
  hosts: Readonly<Record<string, Readonly<Record<string, Sight>> | undefined>>,
  {
    spm,
    grace = graceMs,
    untold = 0,
  }: { readonly spm?: string; readonly grace?: number; readonly untold?: number } = {},
) {
  const decision = decideDomains({
    domains: Object.entries(domains).map(([name, status]) => ({ id: name as StorageDomainId, name, status })),
    hosts: Object.entries(hosts).map(([name, sights]) => ({
      id: name as HostId,
      name,
      ...(sights !== undefined && { sights: new Map(Object.entries(sights)) }),
    })),
    ...(spm !== undefined && { spmId: spm as HostId }),
    untoldForMs: new Map(Object.keys(domains).map((name) => [name as StorageDomainId, untold * 1000])),
    graceMs: grace,
  });
  return [
    ...decision.domains.map(({ id, event }) => `${id} ${event}`),
    ...[...decision.blind].map(([host, what]) => `${host} misses ${what.join()}`),
  ];
}

const cases: Readonly<Record<string, [ReturnType<typeof decide>, string[]]>> = {
  "nothing changes while all see all": [decide({ d: "active" }, { a: { d: sees }, b: { d: sees } }), []],
  "a host that misses a domain for a moment is left alone": [
    decide({ d: "active" }, { a: { d: sees }, b: { d: lost(30) } }),
    [],
  ],
  "a host that alone misses a domain for long cannot be used": [
    decide({ d: "active" }, { a: { d: sees }, b: { d: lost(61) } }),
    ["b misses d"],
  ],
  "two hosts of three that miss it cannot be used, one that sees it keeps it active": [
    decide({ d: "active" }, { a: { d: sees }, b: { d: lost(61) }, c: { d: lost(99) } }),
    ["b misses d", "c misses d"],
  ],
  "a host that has missed for long what another one sees again since a moment has the grace": [
    decide({ d: "inactive" }, { a: { d: seesFor(1) }, b: { d: lost(300) }, c: { d: lost(300) } }),
    ["d seen-valid"],
  ],
  "a host that still misses it when others have seen it again for the grace cannot be used": [
    decide({ d: "active" }, { a: { d: seesFor(61) }, b: { d: lost(300) }, c: { d: seesFor(3) } }),
    ["b misses d"],
  ],
  "a domain that all miss is lost itself, and no host is blamed": [
    decide({ d: "active" }, { a: { d: lost(99) }, b: { d: lost(10) } }),
    ["d seen-invalid"],
  ],
  "one bad look is not a loss": [decide({ d: "active" }, { a: { d: lost(99) }, b: { d: lost(9) } }), []],
  "where the grace is short, so is the confirmation": [
    decide({ d: "active" }, { a: { d: lost(4) }, b: { d: lost(5) } }, { grace: 4000 }),
    ["d seen-invalid"],
  ],
  "a domain just attached, which one host has not mounted and the SPM has not told of yet, stays active": [
    decide({ d: "active", m: "active" }, { a: { m: sees }, b: { d: lost(30), m: sees } }, { spm: "a" }),
    [],
  ],
  "a domain that those who tell of it have missed for the grace is lost, though one tells nothing of it": [
    decide({ d: "active", m: "active" }, { a: { m: sees }, b: { d: lost(60), m: sees } }, { spm: "a" }),
    ["d seen-invalid"],
  ],
  "hosts that were blamed are well again when the last one loses it too": [
    decide({ d: "inactive" }, { a: { d: lost(1) }, b: { d: lost(300) } }),
    [],
  ],
  "one that sees it again is enough": [
    decide({ d: "inactive" }, { a: { d: sees }, b: { d: lost(5) } }),
    ["d seen-valid"],
  ],
  "a host that is not connected to the pool yet is not waited for": [
    decide({ d: "active" }, { a: {}, b: { d: lost(10) } }),
    ["d seen-invalid"],
  ],
  "where there is an SPM, it must see the domain again before work can be begun there": [
    decide({ d: "inactive", u: "unknown" }, { a: { d: lost(5) }, b: { d: sees, u: sees } }, { spm: "a" }),
    [],
  ],
  "an SPM that sees it again is enough": [
    decide({ d: "inactive" }, { a: { d: sees }, b: { d: lost(5) } }, { spm: "a" }),
    ["d seen-valid"],
  ],
  "an SPM that alone misses it for long is blamed, so that the role moves": [
    decide({ d: "inactive" }, { a: { d: lost(61) }, b: { d: sees } }, { spm: "a" }),
    ["a misses d"],
  ],
  "an SPM that is not there keeps no domain from being used": [
    decide({ d: "inactive" }, { b: { d: sees } }, { spm: "a" }),
    ["d seen-valid"],
  ],
  "a host that says nothing counts for nothing": [
    decide({ d: "active" }, { a: { d: lost(99) }, b: undefined }),
    ["d seen-invalid"],
  ],
  "nobody who could tell for long: unknown": [
    decide({ d: "active" }, { a: undefined, b: undefined }, { untold: 20 }),
    ["d lost"],
  ],
  "no host at all for long: unknown": [decide({ d: "active" }, {}, { untold: 20 }), ["d lost"]],
  "hosts that have only just been asked are waited for": [
    decide({ d: "active", e: "inactive" }, { a: undefined, b: undefined }, { untold: 19 }),
    [],
  ],
  "hosts that are about to connect are waited for": [decide({ d: "active" }, {}, { untold: 3 }), []],
  "a host that has not looked at a new domain yet is not waited for": [
    decide({ d: "active", e: "active" }, { a: { d: sees, e: sees }, b: { d: sees } }),
    [],
  ],
  "a domain that nobody has looked at yet stays as it is": [decide({ d: "active" }, { a: {}, b: {} }), []],
  "a domain of which hosts that tell say nothing for long is lost": [
    decide({ d: "active", e: "inactive" }, { a: {}, b: {} }, { untold: 20 }),
    ["d seen-invalid"],
  ],
  "each domain is judged by itself": [
    decide({ d: "active", e: "active" }, { a: { d: sees, e: lost(99) }, b: { d: lost(99), e: lost(99) } }),
    ["e seen-invalid", "b misses d"],
  ],
  "what is in maintenance or under way is its saga's business": [
    decide({ d: "maintenance", e: "locked", f: "activating" }, { a: { d: lost(99), e: lost(99), f: lost(99) } }),
    [],
  ],
};
test("what the hosts say is wrong with a domain is in the reason of its loss, each thing once", () => {
  const reason = (...troubles: readonly (string | undefined)[]) =>
    decideDomains({
      domains: [{ id: "d" as StorageDomainId, name: "d", status: "active" }],
      hosts: troubles.map((trouble, index) => ({
        id: `h${index}` as HostId,
        name: `h${index}`,
        sights: new Map([["d", { ...lost(99), ...(trouble !== undefined && { trouble }) }]]),
      })),
      untoldForMs: new Map(),
      graceMs,
    }).domains[0]?.because;
  assert.equal(reason("it is full", "it is full"), "None of the hosts h0, h1 can read it: it is full.");
  assert.equal(reason("it is full", "is it up?"), "None of the hosts h0, h1 can read it: it is full; is it up?");
  assert.equal(reason(undefined), "Host h0 cannot read it.");
});

for (const [name, [decision, expected]] of Object.entries(cases)) {
  test(`decideDomains: ${name}`, () => assert.deepEqual(decision, expected));
}
