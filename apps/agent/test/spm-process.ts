// A process that is SPM until it is ended: `node spm-process.ts SOCKET REPOSITORY RUN CONNECTION-AS-JSON`. Prints the epoch when it is.
import { createSanlock } from "@yagura/sanlock";
import { openLog } from "@yagura/std/log.ts";
import { rootCallsInProcess } from "../src/root/in-process.ts";
import type { PoolConnection } from "../src/storage/contract/pools.ts";
import { openStorage } from "../src/storage/open-storage.ts";
import { fakeQemuImg, finished } from "./storage-world.ts";

const [socketPath = "", repositoryPath = "", runPath = "", text = ""] = process.argv.slice(2);
const connection: PoolConnection = JSON.parse(text);
const storage = await openStorage({
  repositoryPath,
  runPath,
  root: rootCallsInProcess(false),
  log: openLog("spm", "error"),
  sanlock: createSanlock({ socketPath }),
  qemuImg: fakeQemuImg,
});
process.on("SIGTERM", () => void storage[Symbol.asyncDispose]().then(() => process.exit(0)));
await storage.pools.connect(connection);
await finished(storage, await storage.pools.startSpm(connection.poolId), 60_000);
const { leaseVersion } = await storage.pools.getSpmStatus(connection.poolId);
process.stdout.write(`${leaseVersion}\n`);
