import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostId } from "@yagura/std/ids.ts";
import { decideSpm, type HostView } from "./decide-spm.ts";

const host = (name: string, role: HostView["role"], different: Partial<HostView> = {}): HostView => ({
  id: name as HostId,
  role,
  spmPriority: 5,
  isUp: true,
  ...different,
});

const scenarios: Record<string, [HostView[], string]> = {
  "keeps the host that has the role": [[host("a", "free", { spmPriority: 9 }), host("b", "spm")], "keep b"],
  "takes the highest priority": [[host("a", "free"), host("b", "free", { spmPriority: 9 })], "start b"],
  "never takes a host that may never be it": [[host("a", "free", { spmPriority: -1 })], "wait"],
  "never takes a host that is not up": [[host("a", "free", { isUp: false })], "wait"],
  "waits for one that is about to be it": [[host("a", "contending"), host("b", "free")], "wait"],
  "leaves it to the lease when a host is silent": [[host("a", "silent"), host("b", "free")], "start b"],
  "waits when nobody answers": [[host("a", "silent")], "wait"],
};
for (const [name, [hosts, expected]] of Object.entries(scenarios)) {
  test(`decideSpm ${name}`, () => {
    const decision = decideSpm({ hosts });
    assert.equal("host" in decision ? `${decision.do} ${decision.host}` : decision.do, expected);
  });
}
