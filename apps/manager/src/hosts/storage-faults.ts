import { type AgentErrorName, AgentFault, agentErrors } from "@yagura/agent-protocol";

/** What an agent's codes about storage mean to whoever gave the storage: what is wrong there, and what to look at. */
const explanations = {
  MountError:
    "it cannot be mounted; is the server up, is there such a directory, and are the options right? The host's log has what mount says",
  MountTypeError: "the host does not know this kind of file system",
  MountParsingError: "the mount options are wrong",
  StorageServerConnectionError: "the server does not answer",
  StorageServerValidationError: "what is mounted there is not what a storage domain needs",
  StorageServerAccessPermissionError:
    "user and group 36 (vdsm:kvm) may not read and write there; is it exported or mounted read-only, or is its owner another one?",
  StorageServerConnectionRefIdAlreadyInUse: "the host has another storage under this id",
  InvalidIpAddress: "the address is wrong",
  StorageDomainFSNotMounted: "it is not mounted on the host",
  StorageDomainAlreadyExists: "this storage domain is there already; import it",
  StorageDomainNotEmpty:
    "there is something else already; choose an empty directory, or import the storage domain in it",
  StorageDomainInsufficientPermissions: "user and group 36 (vdsm:kvm) may not read and write there; look at its owner",
  StorageDomainAccessError: "it cannot be read and written; does its server answer, and is it exported read-only?",
  StorageDomainTargetUnsupported: "the storage does not offer what a storage domain needs",
  StorageDomainIllegalRemotePath: "the path cannot be used",
  StorageDomainCreationError: "the storage domain could not be made there",
  StorageDomainMetadataCreationError: "the storage domain's metadata could not be written",
  StorageDomainMetadataFileMissing: "the storage domain's metadata is missing",
  StorageDomainMetadataNotFound: "the storage domain's metadata is missing",
  StorageDomainDoesNotExist: "there is no such storage domain",
  StorageDomainLayoutError: "the storage domain is not complete",
  StorageDomainAlreadyAttached: "the storage domain belongs to another data center",
  StorageDomainNotInPool: "the storage domain is not part of the data center's storage",
  StorageDomainIsMemberOfPool: "the storage domain belongs to another data center",
  StorageDomainBlockSizeMismatch: "the storage has blocks of another size",
  UnsupportedDomainVersion: "the storage domain is of a version that cannot be used",
  NoSpaceLeftOnDomain: "the storage is full",
  MetaDataSealIsBroken: "the checksum of the storage domain's metadata is wrong; somebody changed it, or it is damaged",
  InvalidMetadata: "the storage domain's metadata cannot be understood",
  FileStorageDomainStaleNFSHandle: "its export was replaced or withdrawn; look at the server's exports",
  AcquireHostIdFailure: "the host cannot join the storage domain's lease space",
  AcquireLockFailure: "another host holds the storage domain's lease",
  ClusterLockInitError: "the storage domain's leases cannot be written",
} as const satisfies Partial<Record<AgentErrorName, string>>;

const byCode = new Map<number, string>(
  Object.entries(explanations).map(([name, text]) => [agentErrors[name as keyof typeof explanations].code, text]),
);

/** `undefined`: the code says nothing that a user could act on. */
export function explainStorageCode(code: number): string | undefined {
  return byCode.get(code);
}

/** A host refused something about storage: what was attempted, in the user's words; the cause is the host's answer. */
export class StorageRefused extends Error {
  override readonly name = "StorageRefused";
}

/** Does it; what the host refuses is told as `attempt` ("The host cannot create the Storage Domain"). @throws StorageRefused */
export async function explained<T>(attempt: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof AgentFault ? explainStorageCode(cause.code) : undefined;
    if (why === undefined) throw cause;
    throw new StorageRefused(`${attempt}: ${why}`, { cause });
  }
}
