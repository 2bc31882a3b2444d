declare const brand: unique symbol;

/** A UUID in lower case that names one kind of thing; the brand exists only for the compiler. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type VmId = Id<"vm">;
export type HostId = Id<"host">;
export type ClusterId = Id<"cluster">;
export type DataCenterId = Id<"data-center">;
export type StorageDomainId = Id<"storage-domain">;
export type DiskId = Id<"disk">;
export type ImageId = Id<"image">;
export type VolumeId = Id<"volume">;
export type TemplateId = Id<"template">;
export type NetworkId = Id<"network">;
export type VnicProfileId = Id<"vnic-profile">;
export type NicId = Id<"nic">;
export type UserId = Id<"user">;
export type JobId = Id<"job">;
export type SagaId = Id<"saga">;
export type TaskId = Id<"task">;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id that oVirt uses for "none": a volume without a parent, the Blank template, the root tag. */
export const blankUuid = "00000000-0000-0000-0000-000000000000";

/** The id in lower case, or `undefined` if the text is not a UUID. */
export function findId<T extends Id<string>>(text: string): T | undefined {
  const lower = text.toLowerCase();
  return uuidPattern.test(lower) ? (lower as T) : undefined;
}

export class NotAnId extends Error {
  override readonly name = "NotAnId";
}

/** @throws NotAnId when the text is not a UUID. */
export function parseId<T extends Id<string>>(text: string): T {
  const id = findId<T>(text);
  if (id === undefined) throw new NotAnId(`not a UUID: ${JSON.stringify(text.slice(0, 80))}`);
  return id;
}

/** A new random id (version 4). Chosen before a saga starts, so that a repeated step finds its own work. */
export function newId<T extends Id<string>>(): T {
  return crypto.randomUUID() as T;
}
