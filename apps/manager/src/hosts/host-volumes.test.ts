import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentCalls, AgentFault } from "@yagura/agent-protocol";
import { systemClock } from "@yagura/std/clock.ts";
import type { DataCenterId, StorageDomainId } from "@yagura/std/ids.ts";
import { isTransient } from "./agent-errors.ts";
import type { HostTalk } from "./host-talk.ts";
import { ensureVolume, VolumeIsBeingMade } from "./host-volumes.ts";

const volume = {
  dataCenterId: "pool" as DataCenterId,
  domainId: "domain" as StorageDomainId,
  diskId: "disk",
  volumeId: "volume",
  capacityBytes: 1024,
  format: "raw",
  isSparse: true,
  description: "",
} as const;

/** A host where the volume is in these states, look after look, and has been asked for before. */
function hostAtWork({ looks, isAtWork }: { looks: readonly string[]; isAtWork: boolean }): HostTalk {
  const left = [...looks];
  const calls = {
    Volume: {
      async getInfo() {
        const legality = left.shift();
        if (legality === undefined) throw new AgentFault("VolumeDoesNotExist");
        return { legality };
      },
      async create(): Promise<string> {
        throw new AgentFault("VolumeAlreadyExists");
      },
    },
    Host: {
      getAllTasksStatuses: async () => ({ task: { taskState: isAtWork ? "running" : "finished" } }),
    },
  } as unknown as AgentCalls;
  return { calls, clock: systemClock, signal: new AbortController().signal };
}

test("a volume that the host is still making, asked for before, is waited for and no failure", async () => {
  const asked = ensureVolume(hostAtWork({ looks: ["ILLEGAL", "ILLEGAL"], isAtWork: true }), volume);
  await assert.rejects(asked, (error) => error instanceof VolumeIsBeingMade && isTransient(error));
});

test("a volume that the host finished between two looks is there", () =>
  ensureVolume(hostAtWork({ looks: ["ILLEGAL", "LEGAL"], isAtWork: false }), volume));

test("a volume that is half there, and that nobody makes any more, is a failure", async () => {
  const asked = ensureVolume(hostAtWork({ looks: ["ILLEGAL", "ILLEGAL"], isAtWork: false }), volume);
  await assert.rejects(asked, (error) => error instanceof AgentFault && !isTransient(error));
});
