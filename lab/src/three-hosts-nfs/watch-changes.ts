// Tells the moment in which something begins to change on the storage.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "@yagura/std/poll.ts";
import { folderOf } from "../uml/nfs.ts";
import { type NfsServer, sharedFolder } from "./nfs-server.ts";

const program = join(import.meta.dirname, "tell-first-change.ts");

/** A storage domain, and where its server has it. */
export interface DomainPlace {
  readonly id: string;
  readonly exportName: string;
}

export interface ChangeWatch {
  /** Resolves with the path of what changed first since the watch began, or `undefined` after so long. */
  first(timeoutMs: number): Promise<string | undefined>;
}

/** Watches journals and images of storage domains, on their server itself. Resolves when it looks. */
export async function watchChanges(server: NfsServer, domains: readonly DomainPlace[]): Promise<ChangeWatch> {
  const { machine, shared } = server;
  const name = `first-change-${crypto.randomUUID()}`;
  const folders = domains.map(({ exportName, id }) => `${folderOf(exportName)}/${id}`);
  const pid = await machine.start(process.execPath, [program, join(sharedFolder, name), ...folders], {
    log: "/tmp/first-change.log",
  });
  const said = async (): Promise<string[]> => (await readFile(join(shared, name), "utf8").catch(() => "")).split("\n");
  await poll("the watch of the storage", async () => (await said()).length > 1, { timeoutMs: 30_000, everyMs: 50 });
  return {
    async first(timeoutMs) {
      const look = async (): Promise<string | undefined> => ((await said()).length > 2 ? (await said())[1] : undefined);
      const seen = await poll("a change on the storage", look, { timeoutMs, everyMs: 5 }).catch(() => undefined);
      await machine.run("kill", [`${pid}`], { okCodes: [0, 1] });
      await rm(join(shared, name), { force: true });
      return seen;
    },
  };
}
