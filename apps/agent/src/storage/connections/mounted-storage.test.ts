import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { silentLog } from "@yagura/std/log.ts";
import { poll } from "@yagura/std/poll.ts";
import { FakeClock } from "@yagura/testing/fake-clock.ts";
import { temporaryDirectory } from "@yagura/testing/temporary-directory.ts";
import type { Mount } from "../../root/mount-table.ts";
import type { MountRequest } from "../../root/root-calls.ts";
import type { FileChild } from "../files/file-child.ts";
import { Mounts } from "../files/mounts.ts";
import { openStorageFiles } from "../files/storage-files.ts";
import type { FromChild, Probed } from "../files/worker/messages.ts";
import { MountedStorage } from "./mounted-storage.ts";
import { openWantedMounts } from "./wanted-mounts.ts";

const usable: Probed = { is: "usable", hasDirectIo: true };
const readOnly: Probed = { is: "unusable", because: "read only", detail: "it is read-only" };

/** A host of which only the kernel's table of mounts and the server are made up; agents on it follow each other. */
class Host {
  readonly clock = new FakeClock();
  readonly table = new Map<string, Mount>();
  readonly said: string[] = [];
  readonly request: MountRequest;
  readonly #directory: string;
  /** What is behind the export when it is mounted or looked at. */
  server: Probed | "silent" = usable;
  isBusy = false;
  /** Until then mounting waits. */
  mounting: Promise<void> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.request = { source: "s:/x", target: `${directory}/s:_x`, type: "nfs", options: ["soft"] };
  }

  get isMounted(): boolean {
    return this.table.has(this.request.target);
  }

  async agent({ bootId = "boot" } = {}) {
    const { clock, table, said } = this;
    const mounts = new Mounts({ mountsDirectory: this.#directory, clock, spawnChild: () => this.#child() });
    const mounted = new MountedStorage({
      clock,
      log: silentLog,
      mountsDirectory: this.#directory,
      mounts,
      wantedMounts: openWantedMounts({
        path: `${this.#directory}/.mounts.json`,
        log: silentLog,
        readBootId: async () => bootId,
      }),
      readMounts: async () => [...table.values()],
      isInUse: () => false,
      root: {
        mount: async ({ source, target, type }) => {
          said.push("mount");
          await this.mounting;
          if (this.server === "silent") throw new Error("no answer");
          table.set(target, { source, target, type, isReadOnly: false });
        },
        unmount: async (target, { isForced = false } = {}) => {
          if (this.isBusy && !isForced) throw new Error("target is busy");
          if (table.delete(target)) said.push("unmount");
        },
      },
    });
    await mounted.adopt();
    const end = new AbortController();
    const watching = mounted.watch(end.signal);
    const files = mounts.route(openStorageFiles({ ownStorageFile: async () => undefined }));
    const stop = async (): Promise<void> => {
      end.abort();
      await watching;
      await mounts.close();
    };
    return { mounted, files, stop };
  }

  #child(): FileChild {
    const ended = Promise.withResolvers<string>();
    let take = (_message: FromChild): void => undefined;
    return {
      ended: ended.promise,
      onMessage: (listener) => {
        take = listener;
      },
      kill: () => ended.resolve("killed"),
      send: ({ id }) => void setImmediate(() => take({ is: "done", id, value: this.server })),
    };
  }
}

function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  return poll(what, isSo, { timeoutMs: 5_000, everyMs: 5 });
}

async function onHost(work: (host: Host) => Promise<void>): Promise<void> {
  await using directory = await temporaryDirectory();
  await work(new Host(directory.path));
}

test("a mount that was lost while no agent ran is made again by the next one, without the Manager", async () => {
  await onHost(async (host) => {
    const before = await host.agent();
    await before.mounted.connect(host.request);
    await before.stop();
    host.table.clear();
    host.server = "silent";
    const agent = await host.agent();
    const path = `${host.request.target}/file`;
    await assert.rejects(agent.files.findText(path, 10), {
      code: 379,
      message: /is not mounted on this host at present/,
    });
    await assert.rejects(agent.files.writeText(path, "text"), { code: 379 });
    await until("the first try", () => host.said.length === 2 && host.clock.sleeping === 2);
    for (const [tries, pauseMs] of [
      [3, 10_000],
      [4, 20_000],
    ] as const) {
      await host.clock.advance(pauseMs);
      await until("one more try", () => host.said.length === tries && host.clock.sleeping === 2);
    }
    host.server = usable;
    await host.clock.advance(60_000);
    await until("the mount", () => host.isMounted);
    await until("the files", async () => (await agent.files.findText(path, 10).catch(() => undefined)) !== undefined);
    await agent.stop();
  });
});

test("what was disconnected, or wanted before the host was started, is not mounted again", async () => {
  await onHost(async (host) => {
    const before = await host.agent();
    await before.mounted.connect(host.request);
    await before.stop();
    host.table.clear();
    await (await host.agent({ bootId: "another" })).stop();
    const last = await host.agent();
    await until("the mount", () => host.isMounted);
    await last.mounted.disconnect(host.request);
    await last.stop();
    const said = host.said.length;
    await (await host.agent()).stop();
    assert.deepEqual([host.isMounted, host.said.length], [false, said]);
  });
});

test("what answers in the place of lost storage is not left mounted, and what an agent left so is mounted anew", async () => {
  await onHost(async (host) => {
    const agent = await host.agent();
    await agent.mounted.connect(host.request);
    host.table.clear();
    host.server = readOnly;
    assert.equal(await agent.mounted.heal(`${host.request.target}/domain`, new Error("gone")), false);
    assert.deepEqual([host.isMounted, host.said], [false, ["mount", "mount", "unmount"]]);
    await agent.stop();

    // This one died between mounting and looking.
    host.table.set(host.request.target, { ...host.request, isReadOnly: false });
    const next = await host.agent();
    await assert.rejects(next.mounted.connect(host.request), { code: 469 });
    assert.equal(host.isMounted, false);
    host.server = usable;
    await next.mounted.connect(host.request);
    assert.equal(host.isMounted, true);

    host.server = readOnly;
    host.isBusy = true;
    await assert.rejects(next.mounted.connect(host.request), { code: 469 });
    assert.equal(host.isMounted, true, "a guest has a file of it open");
    await next.stop();
    assert.deepEqual((await readdir(host.request.target)).length, 0);
  });
});

test("the end of the agent does not wait for a server that is just being mounted in vain", async () => {
  await onHost(async (host) => {
    const before = await host.agent();
    await before.mounted.connect(host.request);
    await before.stop();
    host.table.clear();
    const { promise, resolve } = Promise.withResolvers<void>();
    host.mounting = promise;
    const agent = await host.agent();
    await until("the attempt", () => host.said.length === 2);
    const stopped = agent.stop().then(() => "stopped");
    await until("the end", () => host.clock.sleeping > 0);
    await host.clock.advance(5_000);
    assert.equal(await stopped, "stopped");
    resolve();
    await until("the mount", () => host.isMounted);
  });
});
