// node tell-dead-host.ts OUTPUT LOCKSPACE HOST: runs on a host of the lab; writes a line when it looks, and another one when
// this host's sanlock calls the other one dead or free. Then it ends.
import { constants, openSync, writeSync } from "node:fs";
import { systemClock } from "@yagura/std/clock.ts";
import { runProgram } from "@yagura/std/run-program.ts";

const everyMs = 100;
const [output = "", lockspace = "", hostId = ""] = process.argv.slice(2);
const file = openSync(output, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_SYNC);
writeSync(file, "it looks\n");
for (;;) {
  const { stdout } = await runProgram("sanlock", ["client", "gets", "-h", "1"]);
  const ofLockspace = stdout.split(/^s /m).find((text) => text.startsWith(`${lockspace}:`)) ?? "";
  if (new RegExp(`^h ${hostId} .*\\b(DEAD|FREE)$`, "m").test(ofLockspace)) break;
  await systemClock.sleep(everyMs);
}
writeSync(file, "it is dead\n");
process.exit();
