// The child for one mount: does file operations there, as 36:36, and may be killed at any time. Started by
// `tools/spawn-file-child.ts`; its only argument is where the mount is seen.
import { systemClock } from "@yagura/std/clock.ts";
import type { FromChild, ToChild } from "./messages.ts";
import { probeMount } from "./probe-mount.ts";
import { serveCalls } from "./serve-calls.ts";
import { openSharedFiles } from "./shared-files.ts";

const [mountPath = ""] = process.argv.slice(2);
const startedByRoot = process.env["YAGURA_STORAGE_OWNER"] === "36";

// The kernel kills us when the agent ends. This is for an agent that ended before it was told so. Not `exit`, which
// would wait for what hangs.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.umask(0o022);

const take = serveCalls({
  files: openSharedFiles(mountPath),
  probe: () => probeMount(mountPath, startedByRoot),
  // A parent that is gone needs no answer; then `disconnect` follows.
  send: (message: FromChild) => void process.send?.(message, undefined, undefined, () => undefined),
  nowMs: () => systemClock.monotonicMs(),
});
process.on("message", (message) => take(message as ToChild));
