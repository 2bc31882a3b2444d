// What a daemon said once, with bytes changed: whatever comes, nothing is thrown past the connection and nobody waits for ever.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MalformedXdr, UnknownVariant } from "@yagura/xdr";
import fc from "fast-check";
import { open } from "../src/connect.ts";
import type { Connection } from "../src/connection.ts";
import { ConnectionLost, ProtocolError } from "../src/errors.ts";
import { FakeDaemon, settle } from "./fake-daemon.ts";

const recorded = ["test-driver.jsonl", "qemu-events.jsonl"].flatMap((file) =>
  readFileSync(join(import.meta.dirname, "captures", file), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as { from: string; packet: string })
    .filter(({ from }) => from === "daemon")
    .map(({ packet }) => Buffer.from(packet, "base64")),
);

const dom = { name: "test", uuid: new Uint8Array(16), id: 1 };

function manyCalls({ remote }: Connection): Promise<unknown>[] {
  return [
    remote.connectGetAllDomainStats({ doms: [], stats: 0 }),
    remote.domainGetXmlDesc({ dom }),
    remote.connectListAllDomains({ needResults: 1 }),
    remote.storageVolDownload({ vol: { pool: "p", name: "n", key: "k" }, offset: 0, length: 0 }),
    remote.nodeGetInfo(),
    remote.domainGetInfo({ dom }),
  ];
}

test("recorded packets with changed bytes end the connection with a reason, or do nothing", async () => {
  const packet = fc.record({
    bytes: fc.constantFrom(...recorded),
    changes: fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
    answers: fc.option(fc.nat(5)),
    cut: fc.option(fc.nat(300)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(packet, { minLength: 1, maxLength: 6 }), async (packets) => {
      const daemon = new FakeDaemon();
      const libvirt = await open(daemon, "test:///default", { keepaliveIntervalMs: 0 }, new AbortController().signal);
      const outcomes = Promise.allSettled(manyCalls(libvirt));
      await settle();
      for (const { bytes, changes, answers, cut } of packets) {
        const body = Buffer.from(bytes.subarray(0, cut ?? bytes.length));
        const call = answers === null ? undefined : daemon.calls[answers];
        // Often enough it is meant as the answer to a call of ours.
        if (call !== undefined && body.length >= 24) {
          body.writeInt32BE(call.header.proc, 8);
          body.writeUInt32BE(call.header.serial, 16);
        }
        for (const [at, value] of changes) if (at < body.length) body[at] = value;
        const length = Buffer.alloc(4);
        length.writeUInt32BE(body.length + 4);
        daemon.bytes(Buffer.concat([length, body]));
      }
      await settle();
      daemon.die(new Error("the end"));
      const reason = await libvirt.closed;
      assert.ok(reason instanceof ConnectionLost);
      const { cause } = reason;
      const isPeersFault =
        cause instanceof ProtocolError || cause instanceof MalformedXdr || cause instanceof UnknownVariant;
      assert.ok(isPeersFault || /the end|closed/.test(String(cause)), String(cause));
      await outcomes;
    }),
    { numRuns: 400 },
  );
});
