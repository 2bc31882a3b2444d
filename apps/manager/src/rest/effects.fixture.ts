import { poll } from "@yagura/std/poll.ts";
import { type Inventory, type ManagerWorld, makeInventory, managerWorld } from "../manager.fixture.ts";
import { type ManagerRest, managerRest } from "./manager-rest.fixture.ts";

type Member = Readonly<Record<string, unknown>> & { readonly id: string };

/** A Manager with a host and storage, asked over REST, and what the host then has. */
export interface Effects extends AsyncDisposable, Omit<Inventory, "host"> {
  readonly world: ManagerWorld;
  readonly rest: ManagerRest;
  readonly host: Inventory["host"];
  /** Adds something; returns its id. */
  add(path: string, body: object): Promise<string>;
  read(path: string): Promise<Readonly<Record<string, unknown>>>;
  /** The items of a list. */
  list(path: string): Promise<readonly Member[]>;
  /** Waits until a document of the API is so. */
  until(path: string, member: string, value: string): Promise<void>;
  /** Volumes of a disk as they are on the storage; `undefined` when there is no such image. */
  volumesOf(diskId: string): readonly { readonly capacityBytes: number; readonly parentId: string }[] | undefined;
}

export async function effects(): Promise<Effects> {
  const world = await managerWorld();
  const inventory = await makeInventory(world);
  const rest = await managerRest(world);
  const read: Effects["read"] = (path) => rest.ok("GET", path);
  return {
    ...inventory,
    world,
    rest,
    read,
    add: async (path, body) => String((await rest.ok("POST", path, body))["id"]),
    list: async (path) => Object.values(await read(path)).flatMap((values) => values as Member[]),
    async until(path, member, value) {
      const look = async () => ((await read(path))[member] === value ? true : undefined);
      await poll(`${path} to have ${member} ${value}`, look, { timeoutMs: 20_000, everyMs: 50 });
    },
    volumesOf(diskId) {
      for (const domain of inventory.host.world.storage.domains.values()) {
        const volumes = domain.images.get(diskId);
        if (volumes !== undefined) return [...volumes.values()];
      }
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      await rest[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}
