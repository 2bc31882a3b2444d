import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { parseCapabilitiesXml, parseDomainXml } from "@yagura/domain-xml";
import { runProgram } from "@yagura/std/run-program.ts";

const skip = existsSync("/usr/bin/virsh") ? false : "virsh is not installed";
const ask = async (...args: string[]): Promise<string> =>
  (await runProgram("virsh", ["-c", "test:///default", ...args])).stdout;

describe("what libvirt's test driver says", { skip }, () => {
  test("of its host", async () => {
    const { arch, numaCells, guests } = parseCapabilitiesXml(await ask("capabilities"));
    assert.equal(arch, "i686");
    assert.deepEqual(
      numaCells.map(({ memoryBytes, cpuIds }) => [memoryBytes, cpuIds.length]),
      [
        [2 * 1024 ** 3, 8],
        [4 * 1024 ** 3, 8],
      ],
    );
    assert.deepEqual(guests[0]?.domainTypes, ["test"]);
  });

  test("of its guest", async () => {
    const { name, domainType, memoryBytes } = parseDomainXml(await ask("dumpxml", "test"));
    assert.deepEqual(
      { name, domainType, memoryBytes },
      { name: "test", domainType: "test", memoryBytes: 8 * 1024 ** 3 },
    );
  });
});
