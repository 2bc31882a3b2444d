import { AgentError } from "../errors.ts";

/**
 * What storage can refuse or fail at: vdsm's names and numbers, which is what the Manager knows
 * (vdsm fd4b0df lib/vdsm/storage/exception.py).
 */
export const storageErrorCodes = {
  MethodNotImplemented: 44,
  NoSuchJob: 66,
  JobNotDone: 68,
  JobExists: 69,
  JobNotActive: 84,
  VolumeDoesNotExist: 201,
  VolumeIsBusy: 203,
  VolumeImageHasChildren: 204,
  VolumeCreationError: 205,
  VolumeExtendingError: 206,
  VolumeAlreadyExists: 212,
  VolumeNonShareable: 214,
  SharedVolumeNonWritable: 219,
  InternalVolumeNonWritable: 220,
  CannotDeleteSharedVolume: 223,
  VolumeCopyError: 225,
  CannotSnapshotIllegalVolume: 226,
  CannotPrepareIllegalVolume: 227,
  CannotCreateVolumeSize: 229,
  VolumeResizeValueError: 232,
  InvalidVolumeUpdate: 235,
  MergeSnapshotsError: 252,
  IncorrectFormat: 202,
  ImageIsNotLegalChain: 262,
  ImageDoesNotExistInDomain: 268,
  StoragePoolMasterNotFound: 304,
  ReconstructMasterError: 306,
  StoragePoolUnknown: 309,
  StoragePoolAlreadyExists: 316,
  StoragePoolWrongMaster: 324,
  StoragePoolConnected: 325,
  StorageDomainCreationError: 351,
  StorageDomainNotInPool: 353,
  StorageDomainMasterError: 355,
  StorageDomainDoesNotExist: 358,
  StorageDomainNotEmpty: 361,
  StorageDomainAlreadyExists: 365,
  StorageDomainNotActive: 369,
  StorageDomainTypeError: 372,
  StorageDomainStatusError: 376,
  StorageDomainAccessError: 379,
  StorageDomainAlreadyAttached: 380,
  CannotDetachMasterStorageDomain: 383,
  FileStorageDomainStaleNFSHandle: 384,
  StorageDomainClassError: 386,
  StorageDomainDescriptionTooLong: 387,
  StorageDomainIllegalRemotePath: 390,
  CannotFormatAttachedStorageDomain: 391,
  UnsupportedDomainVersion: 394,
  NoSpaceLeftOnDomain: 397,
  UnknownTask: 401,
  TaskNotFinished: 403,
  TooManyTasks: 405,
  TaskInProgress: 406,
  TaskMetaDataSaveError: 407,
  TaskStateError: 410,
  TaskAborted: 411,
  StorageServerConnectionError: 451,
  StorageServerDisconnectionError: 452,
  StorageServerValidationError: 453,
  StorageServerAccessPermissionError: 469,
  MountTypeError: 470,
  MountParsingError: 471,
  MountError: 477,
  ImageVerificationError: 484,
  SpmStartError: 650,
  AcquireLockFailure: 651,
  SpmStopError: 653,
  NotSpm: 654,
  IsSpm: 656,
  AcquireHostIdFailure: 661,
  ReleaseHostIdFailure: 662,
  ClusterLockInitError: 701,
  InvalidMetadata: 751,
  MetaDataSealIsBroken: 752,
  MetadataOverflow: 756,
  MetadataCleared: 757,
  GenerationMismatch: 911,
  NoSuchLease: 936,
  InvalidParameter: 1000,
  UploadFailed: 2002,
} as const;

export type StorageErrorKind = keyof typeof storageErrorCodes;

/** Something asked of storage did not succeed. The message says what was attempted on what, the cause says why. */
export class StorageError extends AgentError {
  override readonly name = "StorageError";
  override readonly code: number;
  readonly kind: StorageErrorKind;

  constructor(kind: StorageErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = storageErrorCodes[kind];
  }
}
