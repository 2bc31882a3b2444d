import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "@yagura/std/run-program.ts";
import { createLab, removeLab } from "./namespace-host.ts";

const skip = process.getuid?.() === 0 ? false : "network namespaces need root";

test("hosts of a lab reach each other, not when the cable is out, and leave nothing behind", { skip }, async () => {
  const reaches = async (from: readonly string[], to: string): Promise<boolean> => {
    const [program = "", ...entering] = from;
    const ping = ["busybox", "ping", "-c", "1", "-W", "1", to];
    return (await runProgram(program, [...entering, ...ping], { okCodes: [0, 1] })).code === 0;
  };
  {
    await using lab = await createLab("ytest", 2);
    const [one, two] = lab.hosts;
    assert.ok(one !== undefined && two !== undefined);
    assert.equal(await reaches(one.enter, two.address), true);
    assert.equal(await reaches(one.enter, lab.manager.address), true);
    await two.setLink(false);
    assert.equal(await reaches(one.enter, two.address), false);
  }
  const { stdout } = await runProgram("ip", ["netns", "list"]);
  assert.doesNotMatch(stdout, /ytest/);
  await removeLab("ytest");
});
