// An agent as far as it has children for files: keeps one busy on the mount that it is given, until it is killed.
import { systemClock } from "@yagura/std/clock.ts";
import { spawnFileChild } from "../tools/spawn-file-child.ts";
import { runStorageProgram } from "../tools/storage-child.ts";
import { MountFiles } from "./mount-files.ts";
import { remoteFiles } from "./remote-files.ts";

const [mountPath = ""] = process.argv.slice(2);
const mount = new MountFiles({ mountPath, clock: systemClock, spawnChild: spawnFileChild });
const files = remoteFiles(mount);
await files.createSparse(`${mountPath}/busy`, 2 ** 30);
process.stdout.write("busy\n");
await Promise.all([
  files.wipe(`${mountPath}/busy`, new AbortController().signal),
  runStorageProgram("tail", ["--follow", `${mountPath}/busy`]),
]);
