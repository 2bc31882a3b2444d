// The child for one mount: does file operations there, as 36:36, and may be killed at any time. Started by
// `tools/spawn-file-child.ts`; its arguments are where the mount is seen, and who started it.
import { systemClock } from "@yagura/std/clock.ts";
import type { FromChild, ToChild } from "./messages.ts";
import { probeMount } from "./probe-mount.ts";
import { serveCalls } from "./serve-calls.ts";
import { openSharedFiles } from "./shared-files.ts";

const [mountPath = "", parentPid] = process.argv.slice(2);
const startedByRoot = process.env["YAGURA_STORAGE_OWNER"] === "36";

// The kernel kills us when the agent ends. One that ended before the kernel was told so is not our parent any more: what it
// asked for is not done. Not `exit`, which would wait for what hangs.
const end = (): void => void process.kill(process.pid, "SIGKILL");
if (process.ppid !== Number(parentPid)) end();
process.on("disconnect", end);
process.umask(0o022);

const take = serveCalls({
  files: openSharedFiles(mountPath),
  probe: () => probeMount(mountPath, startedByRoot),
  // A parent that is gone needs no answer; then `disconnect` follows.
  send: (message: FromChild) => void process.send?.(message, undefined, undefined, () => undefined),
  nowMs: () => systemClock.monotonicMs(),
});
process.on("message", (message) => take(message as ToChild));
