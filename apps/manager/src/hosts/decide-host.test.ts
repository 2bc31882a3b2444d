import assert from "node:assert/strict";
import { test } from "node:test";
import { decideHost, type HostSight } from "./decide-host.ts";

const open = { isOpen: true, forMs: 0 };
const closed = (forMs: number) => ({ isOpen: false, forMs });

const scenarios: Record<string, [HostSight, string | undefined]> = {
  "says nothing of a host that is up and answers": [{ status: "up", link: open }, undefined],
  "waits a moment before it calls a host silent": [{ status: "up", link: closed(1000) }, undefined],
  "calls a host silent that was up": [{ status: "up", link: closed(5000) }, "silent"],
  "gives a silent host time before it is lost": [{ status: "connecting", link: closed(20_000) }, undefined],
  "gives a silent host up in the end": [{ status: "connecting", link: closed(31_000) }, "lost"],
  "looks at a lost host again when it answers": [{ status: "non_responsive", link: open }, "answered"],
  "leaves a host in maintenance alone": [{ status: "maintenance", link: closed(60_000) }, undefined],
  "never takes a host on its way to maintenance for drained because it is silent": [
    { status: "preparing_for_maintenance", link: closed(60_000) },
    "lost",
  ],
  "says nothing of a host without a connection": [{ status: "pending_approval" }, undefined],
};
for (const [name, [sight, expected]] of Object.entries(scenarios)) {
  test(`decideHost ${name}`, () => assert.equal(decideHost(sight), expected));
}
