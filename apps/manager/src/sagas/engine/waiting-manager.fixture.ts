// A program for the test of crashes: a Manager that has nothing but sagas. It goes on with the one that it finds, or
// starts one, and says when that has ended. Arguments: the database, and the file that the saga waits for.

import { systemClock } from "@yagura/std/clock.ts";
import { silentLog } from "@yagura/std/log.ts";
import { openDatabase } from "../../db/open-database.ts";
import { isTransient } from "../../hosts/agent-errors.ts";
import type { SagaDeps } from "../deps.ts";
import { registry } from "../registry.ts";
import { waitUntilTold } from "../wait-until-told.ts";
import { Sagas } from "./sagas.ts";

const [, , path = "", file = ""] = process.argv;
const db = await openDatabase({ kind: "sqlite", path });
const deps: SagaDeps = {
  db,
  clock: systemClock,
  wake: () => undefined,
  hosts: {
    calls: () => {
      throw new Error("there are no hosts");
    },
    linkOf: () => undefined,
    putImage: () => Promise.reject(new Error("there are no hosts")),
  },
};
const sagas = new Sagas<SagaDeps>({ db, deps, clock: systemClock, log: silentLog, isTransient, registry });
if ((await sagas.recover()) === 0) {
  await sagas.start(waitUntilTold, { file }, { description: "Waiting", locks: ["vm:demo"], correlationId: "test" });
}
process.stdout.write("ready\n");
while (sagas.count > 0) await systemClock.sleep(20);
await db.destroy();
process.stdout.write("ended\n");
