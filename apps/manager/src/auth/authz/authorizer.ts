import { unreachable } from "@yagura/std/assert.ts";
import type { Db } from "../../db/database.ts";
import { NotAllowed, NotFound, type Noun } from "../../domain/errors.ts";
import type { Permit } from "../../domain/user/permits.ts";
import type { ObjectRef } from "../../domain/user/user.ts";
import { loadObjectChain } from "./object-chain.ts";
import { decideAccess, type Grant, type Sight, sightOf } from "./policy.ts";

/** Asks the policy for one who has these roles; the objects around the one in question come from the database. */
export class Authorizer {
  readonly #db: Db;
  readonly #grants: readonly Grant[];

  constructor(db: Db, grants: readonly Grant[]) {
    this.#db = db;
    this.#grants = grants;
  }

  /** @throws NotFound when he may not even see the object, or there is none; NotAllowed when he may not do this to it. */
  async authorize(permit: Permit | "see", object: ObjectRef): Promise<void> {
    const access = decideAccess(this.#grants, permit, await loadObjectChain(this.#db, object));
    switch (access) {
      case "allowed":
        return;
      case "forbidden":
        throw new NotAllowed(permit, `do this: it needs the permit ${permit}`);
      case "hidden":
        // Of the system itself everybody knows that it exists.
        if (object.type === "system") throw new NotAllowed(permit, `do this: it needs the permit ${permit}`);
        throw new NotFound(nouns[object.type], object.id);
      default:
        return unreachable(access);
    }
  }

  /** For lists that the database makes: what he may see, as data. */
  get sight(): Sight {
    return sightOf(this.#grants);
  }

  /** For lists: whether he may see something whose chain the caller knows already. */
  canSee(chain: readonly ObjectRef[]): boolean {
    return this.may("see", chain);
  }

  /** The same for what he may do with it. */
  may(permit: Permit | "see", chain: readonly ObjectRef[]): boolean {
    return decideAccess(this.#grants, permit, chain) === "allowed";
  }
}

const nouns: Readonly<Record<ObjectRef["type"], Noun>> = {
  system: "permission",
  data_center: "data center",
  cluster: "cluster",
  host: "host",
  storage_domain: "storage domain",
  disk: "disk",
  template: "template",
  vm: "vm",
  network: "network",
  vnic_profile: "vnic profile",
  mac_pool: "mac pool",
};
