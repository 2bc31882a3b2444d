import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClusterId, type HostId, parseId } from "@yagura/std/ids.ts";
import type { EnrolledHost, HostTicket } from "../domain/host/enrolment.ts";
import { decideEnrolment, type EnrolmentView } from "./decide-enrolment.ts";
import { decideRenewal } from "./decide-renewal.ts";

const hostId = parseId<HostId>("0f6b1c0e-5a3b-4d0f-9d4e-3d5a3b4d0f9d");
const otherId = parseId<HostId>("1f6b1c0e-5a3b-4d0f-9d4e-3d5a3b4d0f9d");
const home = parseId<ClusterId>("aaaaaaaa-5a3b-4d0f-9d4e-3d5a3b4d0f9d");
const away = parseId<ClusterId>("bbbbbbbb-5a3b-4d0f-9d4e-3d5a3b4d0f9d");

const approved = (changes: Partial<EnrolledHost> = {}): EnrolledHost => ({
  id: hostId,
  name: "h1",
  address: "h1",
  port: 54_321,
  clusterId: home,
  status: "up",
  keyFingerprint: "key",
  ...changes,
});
const pending: EnrolledHost = {
  id: hostId,
  name: "h1",
  address: "h1",
  port: 54_321,
  clusterId: home,
  status: "pending_approval",
};
const { keyFingerprint: _, ...keyless } = approved();
const ticket = (changes: Partial<HostTicket> = {}): HostTicket => ({
  id: "t",
  secretHash: "s",
  clusterId: away,
  createdAtMs: 0,
  expiresAtMs: 1001,
  isRevoked: false,
  ...changes,
});
const empty: EnrolmentView = {
  nowMs: 1000,
  host: undefined,
  requests: [],
  ticket: "none",
  addressHolder: undefined,
  claimsManagersName: false,
  pendingRequests: 0,
  hasRoom: true,
  localHost: undefined,
  defaultClusterId: home,
  limits: { requests: 10, requestsPerHost: 2 },
};
const holder = (status: EnrolledHost["status"]): EnrolmentView["addressHolder"] => ({
  id: otherId,
  name: "h2",
  status,
});

/** The decision in a word or three; "old" is a request without a key. */
function decide(view: Partial<EnrolmentView>, keyFingerprint = "key"): string {
  const key = keyFingerprint === "old" ? undefined : keyFingerprint;
  const decision = decideEnrolment({ hostId, address: "h1", port: 54_321, keyFingerprint: key }, { ...empty, ...view });
  switch (decision.do) {
    case "recognise":
      return "recognise";
    case "refuse":
      return `refuse: ${decision.code}`;
    case "wait":
      return "wait";
    case "admit":
      return `admit to ${decision.clusterId === away ? "away" : "home"}${decision.displacedHostId === undefined ? "" : ", displacing"}`;
  }
}

const scenarios: Record<string, [decision: string, expected: string]> = {
  "lets an unknown host without a ticket wait": [decide({}), "wait"],
  "admits an unknown host with a ticket to the ticket's cluster": [decide({ ticket: ticket() }), "admit to away"],
  "keeps a second host out of a data center with local storage": [
    decide({ ticket: ticket(), localHost: { name: "h2" } }),
    "refuse: too-many-hosts",
  ],
  "admits a waiting host that comes with a ticket": [decide({ host: pending, ticket: ticket() }), "admit to away"],
  "lets a waiting host wait on": [decide({ host: pending, requests: [{ keyFingerprint: "key" }] }), "wait"],
  "recognises an approved host by its key": [decide({ host: approved() }), "recognise"],
  "recognises an approved host although its ticket is spent": [
    decide({ host: approved(), ticket: ticket({ usedBy: hostId, usedByKey: "key" }) }),
    "recognise",
  ],
  "never gives a known host another key": [decide({ host: approved() }, "thief"), "wait"],
  "never gives a known host another key, not even for a ticket": [
    decide({ host: approved(), ticket: ticket() }, "thief"),
    "wait",
  ],
  "does not admit a thief by the ticket that the host used": [
    decide({ host: approved(), ticket: ticket({ usedBy: hostId, usedByKey: "key" }) }, "thief"),
    "refuse: bad-ticket",
  ],
  "does not let a removed host return with its old ticket": [
    decide({ ticket: ticket({ usedBy: hostId, usedByKey: "key" }) }),
    "refuse: bad-ticket",
  ],
  "refuses a ticket that another host used": [decide({ ticket: ticket({ usedBy: otherId }) }), "refuse: bad-ticket"],
  "refuses a ticket at the moment it ends": [decide({ ticket: ticket(), nowMs: 1001 }), "refuse: bad-ticket"],
  "refuses a withdrawn ticket": [decide({ ticket: ticket({ isRevoked: true }) }), "refuse: bad-ticket"],
  "refuses an unknown ticket rather than letting its bearer wait": [
    decide({ ticket: "unknown" }),
    "refuse: bad-ticket",
  ],
  "answers the old protocol for an approved host without changing anything": [
    decide({ host: approved() }, "old"),
    "recognise",
  ],
  "admits by the old protocol with a ticket": [decide({ ticket: ticket() }, "old"), "admit to away"],
  "lets the key follow with the ticket that the old protocol spent": [
    decide({ host: keyless, ticket: ticket({ usedBy: hostId }) }),
    "admit to home",
  ],
  "lets the key follow even after the ticket has ended": [
    decide({ host: keyless, ticket: ticket({ usedBy: hostId }), nowMs: 5000 }),
    "admit to home",
  ],
  "does not trust the first key that comes for a host approved without one": [decide({ host: keyless }), "wait"],
  "does not take another ticket for a host approved without a key": [
    decide({ host: keyless, ticket: ticket() }),
    "wait",
  ],
  "refuses an address that another host has": [decide({ addressHolder: holder("up") }), "refuse: address-taken"],
  "refuses an address that another waiting host has": [
    decide({ addressHolder: holder("pending_approval") }),
    "refuse: address-taken",
  ],
  "does not let a waiting host keep out one with a ticket": [
    decide({ addressHolder: holder("pending_approval"), ticket: ticket() }),
    "admit to away, displacing",
  ],
  "does not let a ticket displace an approved host": [
    decide({ addressHolder: holder("maintenance"), ticket: ticket() }),
    "refuse: address-taken",
  ],
  "refuses the Manager's own name to another machine": [
    decide({ claimsManagersName: true, ticket: ticket() }),
    "refuse: managers-name",
  ],
  "refuses to remember more than the limit": [decide({ pendingRequests: 10 }), "refuse: too-many-requests"],
  "still hears those who wait when the limit is reached": [
    decide({ host: pending, requests: [{ keyFingerprint: "key" }], pendingRequests: 10 }),
    "wait",
  ],
  "admits by ticket when the limit is reached": [decide({ pendingRequests: 10, ticket: ticket() }), "admit to away"],
  "refuses a third key for one host": [
    decide({ host: approved(), requests: [{ keyFingerprint: "a" }, {}] }, "b"),
    "refuse: too-many-requests",
  ],
  "has nowhere to put a host without a cluster": [decide({ defaultClusterId: undefined }), "refuse: no-cluster"],
  "refuses a ticket's host when the pool is full": [
    decide({ hasRoom: false, ticket: ticket() }),
    "refuse: too-many-hosts",
  ],
};
for (const [name, [decision, expected]] of Object.entries(scenarios)) {
  test(`decideEnrolment ${name}`, () => assert.equal(decision, expected));
}

test("decideRenewal follows the host's key, and lets the key before it only repeat", () => {
  const host = approved({ keyFingerprint: "b", previousKeyFingerprint: "a" });
  const decide = (view: Parameters<typeof decideRenewal>[0]): string => decideRenewal(view).do;
  assert.equal(decide({ host, oldKey: "b", newKey: "c" }), "renew");
  assert.equal(decide({ host, oldKey: "b", newKey: "b" }), "repeat");
  assert.equal(decide({ host, oldKey: "a", newKey: "b" }), "repeat");
  assert.equal(decide({ host, oldKey: "a", newKey: "c" }), "refuse");
  assert.equal(decide({ host, oldKey: "0", newKey: "b" }), "refuse");
  assert.equal(decide({ host, oldKey: "a", newKey: "a" }), "refuse");
  assert.equal(decide({ host: undefined, oldKey: "a", newKey: "b" }), "refuse");
  assert.equal(decide({ host: pending, oldKey: "a", newKey: "b" }), "refuse");
});
