import type { DiskProfile } from "@yagura/rest-model";
import type { DataCenterId } from "@yagura/std/ids.ts";
import { listProfiles } from "../../db/queries/profiles.ts";
import { NotFound, type Noun } from "../../domain/errors.ts";
import type { Profile, ProfileId, ProfileKind } from "../../domain/profile/profile.ts";
import { createProfile } from "../../operations/profiles/create-profile.ts";
import { removeProfile } from "../../operations/profiles/remove-profile.ts";
import { updateProfile } from "../../operations/profiles/update-profile.ts";
import { defined } from "../defined.ts";
import type { Links } from "../links.ts";
import { idIn } from "../many.ts";
import { type BodyReference, getReferenced, pathId, required } from "../references.ts";
import { readQos } from "../representations/read-network.ts";
import { type Answer, completed, entity, list, param, type RestRequest, type Route } from "../route.ts";
import { byId, cutList } from "../select-list.ts";

interface Owner {
  readonly id: string;
  readonly name: string;
  readonly dataCenterId?: DataCenterId;
}

/** What differs between profiles of CPUs and of disks, for the API. */
interface Kind {
  readonly kind: ProfileKind;
  readonly type: "cpu_profile" | "disk_profile";
  readonly noun: Noun;
  readonly title: string;
  /** Where all of them are, and how one is called in a path. */
  readonly path: string;
  readonly id: string;
  /** Where those of one owner are. */
  readonly ownerPath: string;
  readonly owner: "cluster" | "storage_domain";
  readonly ownerNoun: Noun;
  /** What the body says. */
  ownerIn(request: RestRequest): BodyReference | undefined;
  owners(request: RestRequest): Promise<readonly Owner[]>;
  ownerOf(request: RestRequest): Promise<Owner>;
}

const cpu: Kind = {
  kind: "cpu",
  type: "cpu_profile",
  noun: "cpu profile",
  title: "CpuProfile",
  path: "cpuprofiles",
  id: "cpuProfile",
  ownerPath: "clusters/:cluster",
  owner: "cluster",
  ownerNoun: "cluster",
  ownerIn: (request) => request.read("cpu_profile").cluster,
  owners: ({ inventory }) => inventory.clusters(),
  ownerOf: (request) => request.inventory.cluster(param(request, "cluster")),
};

const disk: Kind = {
  kind: "disk",
  type: "disk_profile",
  noun: "disk profile",
  title: "DiskProfile",
  path: "diskprofiles",
  id: "diskProfile",
  ownerPath: "storagedomains/:storageDomain",
  owner: "storage_domain",
  ownerNoun: "storage domain",
  ownerIn: (request) => request.read("disk_profile").storage_domain,
  owners: ({ inventory }) => inventory.storageDomains(),
  ownerOf: (request) => request.inventory.storageDomain(param(request, "storageDomain")),
};

/** Whoever sees a cluster or storage domain sees its profiles. */
export const profileRoutes: readonly Route[] = [cpu, disk].flatMap((kind) => [...allOf(kind), ...ofOwner(kind)]);

function allOf(kind: Kind): Route[] {
  return [
    {
      method: "GET",
      path: `/${kind.path}`,
      handle: async (request) => render(request, kind, await visible(request, kind)),
    },
    {
      method: "GET",
      path: `/${kind.path}/:${kind.id}`,
      handle: async (request) => one(request, kind, await find(request, kind)),
      async many(request, params) {
        const documents = byId(await documentsOf(request, kind, await visible(request, kind)));
        return params.map((each) => {
          const found = documents.get(idIn(each, kind.id));
          return found === undefined ? undefined : entity(kind.type, found);
        });
      },
    },
    {
      method: "POST",
      path: `/${kind.path}`,
      async handle(request) {
        const missing = { type: kind.title, member: kind.owner, operation: "add" } as const;
        const all = () => kind.owners(request);
        return add(request, kind, await getReferenced(kind.ownerNoun, kind.ownerIn(request), all, missing));
      },
    },
    {
      method: "PUT",
      path: `/${kind.path}/:${kind.id}`,
      async handle(request) {
        const profile = await find(request, kind);
        const body = request.read(kind.type);
        const owner = (await kind.owners(request)).find(({ id }) => id === profile.ownerId);
        const qosId = await readQos(request, body.qos, qosOf(kind, owner));
        const changes = defined({ name: body.name, description: body.description, qosId });
        return one(request, kind, await updateProfile(request.context, profile, changes));
      },
    },
    {
      method: "DELETE",
      path: `/${kind.path}/:${kind.id}`,
      async handle(request) {
        await removeProfile(request.context, await find(request, kind));
        return completed();
      },
    },
  ];
}

function ofOwner(kind: Kind): Route[] {
  const collection = `/${kind.ownerPath}/${kind.path}`;
  const owned = async (request: RestRequest) => {
    const profile = await find(request, kind);
    if (profile.ownerId !== (await kind.ownerOf(request)).id) throw new NotFound(kind.noun, profile.id);
    return profile;
  };
  return [
    {
      method: "GET",
      path: collection,
      async handle(request) {
        const { id: ownerId } = await kind.ownerOf(request);
        return render(request, kind, await listProfiles(request.context.db, kind.kind, { ownerId }));
      },
      async many(request, params) {
        const profiles = Map.groupBy(await visible(request, kind), ({ ownerId }) => ownerId);
        const owners = new Set((await kind.owners(request)).map(({ id }) => id));
        const [, name = ""] = kind.ownerPath.split(":");
        const documents = byId(await documentsOf(request, kind, [...profiles.values()].flat()));
        return params.map((each) => {
          const ownerId = idIn(each, name);
          const found = (profiles.get(ownerId) ?? []).flatMap(({ id }) => documents.get(id) ?? []);
          return owners.has(ownerId) ? list(kind.type, found) : undefined;
        });
      },
    },
    {
      method: "GET",
      path: `${collection}/:${kind.id}`,
      handle: async (request) => one(request, kind, await owned(request)),
    },
    {
      method: "POST",
      path: collection,
      handle: async (request) => add(request, kind, await kind.ownerOf(request)),
    },
    {
      method: "DELETE",
      path: `${collection}/:${kind.id}`,
      async handle(request) {
        await removeProfile(request.context, await owned(request));
        return completed();
      },
    },
  ];
}

async function visible(request: RestRequest, kind: Kind): Promise<readonly Profile[]> {
  const owners = new Set((await kind.owners(request)).map(({ id }) => id));
  return (await listProfiles(request.context.db, kind.kind)).filter(({ ownerId }) => owners.has(ownerId));
}

/** The profile in the path. @throws NotFound also when he may not see what it is of. */
async function find(request: RestRequest, kind: Kind): Promise<Profile> {
  const id = pathId<ProfileId>(kind.noun, param(request, kind.id));
  const found = (await visible(request, kind)).find((profile) => profile.id === id);
  if (found === undefined) throw new NotFound(kind.noun, id);
  return found;
}

async function add(request: RestRequest, kind: Kind, owner: Owner): Promise<Answer> {
  const body = request.read(kind.type);
  const name = required(body.name, kind.title, "name", "add");
  const qosId = await readQos(request, body.qos, qosOf(kind, owner));
  const asked = { kind: kind.kind, name, ownerId: owner.id, ...defined({ description: body.description }) };
  const added = await createProfile(request.context, { ...asked, ...(typeof qosId === "string" && { qosId }) });
  return one(request, kind, added, "created");
}

function qosOf({ kind }: Kind, owner: Owner | undefined) {
  return { dataCenterId: owner?.dataCenterId, type: kind === "cpu" ? ("cpu" as const) : ("storage" as const) };
}

async function render(request: RestRequest, kind: Kind, profiles: readonly Profile[]): Promise<Answer> {
  const documents = await documentsOf(request, kind, cutList(request, profiles));
  return list(kind.type, documents);
}

async function one(request: RestRequest, kind: Kind, profile: Profile, outcome: "done" | "created" = "done") {
  const [document] = await documentsOf(request, kind, [profile]);
  return entity(kind.type, document ?? {}, outcome);
}

type ProfileDocument = DiskProfile & { readonly id: string };

async function documentsOf(request: RestRequest, kind: Kind, profiles: readonly Profile[]): Promise<ProfileDocument[]> {
  const owners = new Map((await kind.owners(request)).map((owner) => [owner.id, owner]));
  return profiles.map((profile) => document(kind, profile, owners.get(profile.ownerId), request.links));
}

function document(kind: Kind, profile: Profile, owner: Owner | undefined, links: Links): ProfileDocument {
  const [ownerCollection = ""] = kind.ownerPath.split("/");
  const { qosId } = profile;
  const dataCenterId = owner?.dataCenterId;
  return {
    ...links.of(kind.type, kind.path, profile.id),
    name: profile.name,
    description: profile.description,
    [kind.owner]: links.ref(ownerCollection, profile.ownerId),
    ...(qosId !== undefined &&
      dataCenterId !== undefined && { qos: links.ref("datacenters", dataCenterId, "qoss", qosId) }),
  };
}
