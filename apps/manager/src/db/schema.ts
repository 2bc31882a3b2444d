import type { Generated } from "kysely";

// The tables as the migrations leave them; a column is in snake case in the database and in camel case here
// (kysely's CamelCasePlugin). `schema.sim.test.ts` compares this page with a migrated database.

/** 0 or 1. */
export type Bit = number;
/** A JSON document. */
export type Json = string;
/** Milliseconds since 1970. */
export type EpochMs = number;

export interface MacPoolRow {
  id: string;
  name: string;
  description: string;
  isDefault: Bit;
  allowsDuplicates: Bit;
  ranges: Json;
}

export interface DataCenterRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  isLocal: Bit;
  status: string;
  compatibilityVersion: string;
  macPoolId: string;
  masterVersion: number;
  spmHostId: string | null;
  spmEpoch: number | null;
  spmSinceMs: EpochMs | null;
  spmReason: string | null;
  spmContenderId: string | null;
  spmWishId: string | null;
  ioTimeoutSeconds: number;
  quotaMode: string;
}

export interface ClusterRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  dataCenterId: string;
  architecture: string;
  cpuType: string;
  compatibilityVersion: string;
  biosType: string;
  macPoolId: string | null;
}

export interface NetworkRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  dataCenterId: string;
  vlanTag: number | null;
  mtuBytes: number;
  isVmNetwork: Bit;
  vdsmName: string;
  hasStp: Bit;
  isPortIsolated: Bit;
  nameServers: Json;
  label: string | null;
  qosId: string | null;
}

export interface ClusterNetworkRow {
  clusterId: string;
  networkId: string;
  isRequired: Bit;
  usages: Json;
}

export interface VnicProfileRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  networkId: string;
  hasPortMirroring: Bit;
  networkFilter: string | null;
  qosId: string | null;
}

export interface NetworkFilterParameterRow {
  id: string;
  nicId: string;
  name: string;
  value: string;
}

export interface QosRow {
  id: string;
  name: string;
  description: string;
  dataCenterId: string;
  type: string;
  limits: Json;
}

export interface CpuProfileRow {
  id: string;
  name: string;
  description: string;
  clusterId: string;
  qosId: string | null;
}

export interface DiskProfileRow {
  id: string;
  name: string;
  description: string;
  storageDomainId: string;
  qosId: string | null;
}

export interface QuotaRow {
  id: string;
  name: string;
  description: string;
  dataCenterId: string;
  clusterSoftLimitPercent: number;
  clusterHardLimitPercent: number;
  storageSoftLimitPercent: number;
  storageHardLimitPercent: number;
  isDefault: Bit;
}

export interface QuotaClusterLimitRow {
  id: string;
  quotaId: string;
  clusterId: string | null;
  vcpuLimit: number | null;
  memoryLimitBytes: number | null;
}

export interface QuotaStorageLimitRow {
  id: string;
  quotaId: string;
  storageDomainId: string | null;
  limitBytes: number | null;
}

export interface VmQuotaRow {
  vmId: string;
  quotaId: string;
}

export interface DiskQuotaRow {
  diskId: string;
  quotaId: string;
}

export interface HostRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  address: string;
  port: number;
  clusterId: string;
  status: string;
  statusReason: string | null;
  hardwareId: string | null;
  keyFingerprint: string | null;
  certificateSubject: string | null;
  spmPriority: number;
  poolNumber: number;
  createdAtMs: EpochMs;
  facts: Json | null;
  statistics: Json | null;
  memoryBytes: number | null;
  cpuCount: number | null;
  cpuModel: string | null;
  cpuSpeedMhz: number | null;
  agentVersion: string | null;
  activeVmCount: number | null;
  migratingVmCount: number | null;
  cpuUsedPercent: number | null;
  memoryUsedPercent: number | null;
  loadPercent: number | null;
  lastSeenAtMs: EpochMs | null;
}

export interface StorageConnectionRow {
  id: string;
  type: string;
  address: string;
  path: string;
  hostId: string | null;
  nfsVersion: string | null;
  nfsTimeoutDeciseconds: number | null;
  nfsRetransmissions: number | null;
  mountOptions: string | null;
  vfsType: string | null;
}

export interface StorageDomainRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  purpose: string;
  type: string;
  formatVersion: number;
  status: string;
  isMaster: Bit;
  dataCenterId: string | null;
  connectionId: string;
  availableBytes: number | null;
  usedBytes: number | null;
  wipeAfterDelete: Bit;
  createdAtMs: EpochMs;
}

export interface UserRow {
  id: string;
  name: string;
  domain: string;
  namespace: string;
  externalId: string;
  firstName: string;
  lastName: string;
  email: string;
  department: string;
  passwordHash: string | null;
  isEnabled: Bit;
  createdAtMs: EpochMs;
}

export interface RoleRow {
  id: string;
  name: string;
  description: string;
  isAdministrative: Bit;
  isPredefined: Bit;
  permits: Json;
  showsChildren: Bit;
}

export interface GroupRow {
  id: string;
  name: string;
  domain: string;
  namespace: string;
  externalId: string;
}

export interface GroupMemberRow {
  groupId: string;
  userId: string;
}

export interface UserOptionRow {
  id: string;
  userId: string;
  name: string;
  content: string;
}

export interface SshPublicKeyRow {
  id: string;
  userId: string;
  content: string;
}

export interface PermissionRow {
  id: string;
  principalType: string;
  principalId: string;
  roleId: string;
  objectType: string;
  objectId: string;
}

export interface TemplateRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  clusterId: string | null;
  status: string;
  type: string;
  hardware: Json;
  memoryBytes: number;
  memoryGuaranteedBytes: number;
  vcpuCount: number;
  osType: string;
  biosType: string;
  customEmulatedMachine: string | null;
  customCpuModel: string | null;
  isDeleteProtected: Bit;
  createdAtMs: EpochMs;
  createdBy: string | null;
  smallIconId: string | null;
  largeIconId: string | null;
}

export interface VmRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  clusterId: string;
  templateId: string;
  type: string;
  hardware: Json;
  memoryBytes: number;
  memoryGuaranteedBytes: number;
  vcpuCount: number;
  osType: string;
  biosType: string;
  customEmulatedMachine: string | null;
  customCpuModel: string | null;
  isDeleteProtected: Bit;
  createdAtMs: EpochMs;
  createdBy: string | null;
  smallIconId: string | null;
  largeIconId: string | null;
  instanceTypeId: string | null;
}

export interface VmRunRow {
  vmId: string;
  status: string;
  hostId: string | null;
  startedAtMs: EpochMs | null;
  stoppedAtMs: EpochMs | null;
  stopReason: string | null;
  pauseReason: string | null;
  /** What it was started with: differs from the VM's when that was changed since. */
  hardware: Json | null;
  guest: Json | null;
  statistics: Json | null;
  guestFqdn: string | null;
  cpuUsedPercent: number | null;
  memoryUsedPercent: number | null;
  elapsedSeconds: number | null;
  displays: Json;
  lastSeenAtMs: EpochMs | null;
}

/** What a guest has several of: `ip`, `user`, `app`. */
export interface GuestNameRow {
  vmId: string;
  kind: string;
  name: string;
}

export interface DiskRow {
  id: string;
  name: string;
  description: string;
  storageDomainId: string;
  capacityBytes: number;
  actualBytes: number;
  format: string;
  isSparse: Bit;
  status: string;
  isShareable: Bit;
  wipeAfterDelete: Bit;
  propagateErrors: Bit;
  backup: string;
  contentType: string;
  createdAtMs: EpochMs;
}

export interface VolumeRow {
  id: string;
  diskId: string;
  storageDomainId: string;
  parentId: string | null;
  format: string;
  isSparse: Bit;
  capacityBytes: number;
  actualBytes: number;
  isLeaf: Bit;
  createdAtMs: EpochMs;
}

export interface DiskAttachmentRow {
  vmId: string;
  diskId: string;
  interface: string;
  isBootable: Bit;
  isActive: Bit;
  isReadOnly: Bit;
  passDiscard: Bit;
  logicalName: string | null;
  position: number;
}

export interface TemplateDiskRow {
  templateId: string;
  diskId: string;
  interface: string;
  isBootable: Bit;
  position: number;
}

export interface NicRow {
  id: string;
  vmId: string | null;
  templateId: string | null;
  name: string;
  interface: string;
  macAddress: string | null;
  vnicProfileId: string | null;
  isLinked: Bit;
  isPlugged: Bit;
}

export interface EventRow {
  id: Generated<number>;
  code: number;
  severity: string;
  description: string;
  timeMs: EpochMs;
  correlationId: string | null;
  userId: string | null;
  userName: string | null;
  vmId: string | null;
  vmName: string | null;
  hostId: string | null;
  hostName: string | null;
  clusterId: string | null;
  clusterName: string | null;
  dataCenterId: string | null;
  dataCenterName: string | null;
  storageDomainId: string | null;
  storageDomainName: string | null;
  templateId: string | null;
  templateName: string | null;
  origin: string;
  customId: number | null;
  isHidden: Generated<Bit>;
  customData: string | null;
}

export interface JobRow {
  id: string;
  description: string;
  status: string;
  startedAtMs: EpochMs;
  updatedAtMs: EpochMs;
  endedAtMs: EpochMs | null;
  ownerId: string | null;
  correlationId: string;
  isExternal: Bit;
  isAutoCleared: Bit;
  failure: string | null;
}

export interface StepRow {
  id: string;
  jobId: string;
  number: number;
  type: string;
  description: string;
  status: string;
  startedAtMs: EpochMs;
  endedAtMs: EpochMs | null;
  progressPercent: number | null;
  isExternal: Generated<Bit>;
  parentId: string | null;
}

export interface SagaRow {
  id: string;
  name: string;
  params: Json;
  status: string;
  jobId: string | null;
  correlationId: string;
  actorId: string | null;
  error: string | null;
  createdAtMs: EpochMs;
  endedAtMs: EpochMs | null;
}

export interface SagaJournalRow {
  sagaId: string;
  number: number;
  step: string;
  event: string;
  output: Json | null;
  atMs: EpochMs;
}

export interface LockRow {
  resource: string;
  sagaId: string;
  reason: string;
}

export interface HostTicketRow {
  id: string;
  secretHash: string;
  hostName: string | null;
  clusterId: string | null;
  createdAtMs: EpochMs;
  expiresAtMs: EpochMs;
  usedAtMs: EpochMs | null;
  usedBy: string | null;
  createdBy: string | null;
  usedByKey: string | null;
  revokedAtMs: EpochMs | null;
}

export interface HostCertificateRow {
  hostId: string;
  previousKeyFingerprint: string | null;
  certificate: string | null;
}

export interface HostRequestRow {
  hostId: string;
  /** Empty: asked by the old protocol, which has no keys. */
  keyFingerprint: string;
  name: string;
  address: string;
  port: number;
  source: string;
  firstSeenAtMs: EpochMs;
  lastSeenAtMs: EpochMs;
}

export interface ImageTransferRow {
  id: string;
  diskId: string;
  direction: string;
  format: string;
  phase: string;
  hostId: string;
  inactivityTimeoutMs: number;
  transferredBytes: number;
  createdAtMs: EpochMs;
  updatedAtMs: EpochMs;
  ownerId: string | null;
  failure: string | null;
}

export interface SessionRow {
  tokenHash: string;
  userId: string;
  kind: string;
  scope: string;
  createdAtMs: EpochMs;
  lastUsedAtMs: EpochMs;
  idleTimeoutMs: number;
  expiresAtMs: EpochMs;
  clientId: string;
  familyId: string;
}

export interface SsoClientRow {
  id: string;
  secretHash: string | null;
  redirectUris: Json;
  createdAtMs: EpochMs;
}

export interface SsoCodeRow {
  codeHash: string;
  clientId: string;
  userId: string;
  redirectUri: string;
  scope: string;
  nonce: string | null;
  codeChallenge: string | null;
  authenticatedAtMs: EpochMs;
  expiresAtMs: EpochMs;
  familyId: string;
  isUsed: Bit;
}

export interface SsoKeyRow {
  id: string;
  privateKey: string;
  createdAtMs: EpochMs;
}

export interface TagRow {
  id: string;
  name: string;
  description: string;
  parentId: string | null;
}

export interface TagAssignmentRow {
  tagId: string;
  objectType: string;
  objectId: string;
}

export interface AffinityGroupRow {
  id: string;
  name: string;
  description: string;
  clusterId: string;
  priority: number;
  vmsRule: string;
  vmsEnforcing: Bit;
  hostsRule: string;
  hostsEnforcing: Bit;
}

export interface AffinityGroupMemberRow {
  affinityGroupId: string;
  kind: string;
  memberId: string;
}

export interface AffinityLabelRow {
  id: string;
  name: string;
}

export interface AffinityLabelMemberRow {
  affinityLabelId: string;
  kind: string;
  memberId: string;
}

export interface BookmarkRow {
  id: string;
  name: string;
  value: string;
}

export interface IconRow {
  id: string;
  mediaType: string;
  data: string;
  hash: string;
}

export interface InstanceTypeRow {
  id: string;
  name: string;
  description: string;
  comment: string;
  hardware: Json;
  nics: Json;
  createdAtMs: EpochMs;
}

export interface Tables {
  macPools: MacPoolRow;
  dataCenters: DataCenterRow;
  clusters: ClusterRow;
  networks: NetworkRow;
  clusterNetworks: ClusterNetworkRow;
  vnicProfiles: VnicProfileRow;
  networkFilterParameters: NetworkFilterParameterRow;
  qoss: QosRow;
  cpuProfiles: CpuProfileRow;
  diskProfiles: DiskProfileRow;
  quotas: QuotaRow;
  quotaClusterLimits: QuotaClusterLimitRow;
  quotaStorageLimits: QuotaStorageLimitRow;
  vmQuotas: VmQuotaRow;
  diskQuotas: DiskQuotaRow;
  hosts: HostRow;
  storageConnections: StorageConnectionRow;
  storageDomains: StorageDomainRow;
  users: UserRow;
  roles: RoleRow;
  userGroups: GroupRow;
  groupMembers: GroupMemberRow;
  userOptions: UserOptionRow;
  sshPublicKeys: SshPublicKeyRow;
  permissions: PermissionRow;
  templates: TemplateRow;
  vms: VmRow;
  vmRuns: VmRunRow;
  guestNames: GuestNameRow;
  disks: DiskRow;
  volumes: VolumeRow;
  diskAttachments: DiskAttachmentRow;
  templateDisks: TemplateDiskRow;
  nics: NicRow;
  events: EventRow;
  jobs: JobRow;
  steps: StepRow;
  sagas: SagaRow;
  sagaJournal: SagaJournalRow;
  locks: LockRow;
  hostTickets: HostTicketRow;
  hostCertificates: HostCertificateRow;
  hostRequests: HostRequestRow;
  imageTransfers: ImageTransferRow;
  sessions: SessionRow;
  ssoClients: SsoClientRow;
  ssoCodes: SsoCodeRow;
  ssoKeys: SsoKeyRow;
  tags: TagRow;
  tagAssignments: TagAssignmentRow;
  affinityGroups: AffinityGroupRow;
  affinityGroupMembers: AffinityGroupMemberRow;
  affinityLabels: AffinityLabelRow;
  affinityLabelMembers: AffinityLabelMemberRow;
  bookmarks: BookmarkRow;
  icons: IconRow;
  instanceTypes: InstanceTypeRow;
}
