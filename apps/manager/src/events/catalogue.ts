import type { EventSeverity } from "../domain/event/event.ts";

export interface EventKind {
  /** oVirt's number (AuditLogType); clients filter and poll by it, so it never changes. */
  readonly code: number;
  readonly severity: EventSeverity;
  /** The sentence, in words of our own; `{vm}` and the like are replaced by names. */
  readonly text: string;
}

/**
 * Everything that is worth telling, by the name our code uses for it. The codes are those of oVirt
 * (ovirt-engine backend/manager/modules/common AuditLogType.java), because they are part of the API:
 * playbooks wait for `type=…`, migration tools poll for lists of them.
 */
export const eventCatalogue = {
  managerStarted: kind(1, "normal", "The Manager has started."),
  managerStopped: kind(2, "normal", "The Manager is stopping."),
  // oVirt has nothing like it; numbers from a million on are ours.
  sagaStuck: kind(
    1_000_001,
    "alert",
    "The work {saga} could neither be done nor undone; what it uses stays locked. Its undo is tried again every few minutes. {reason}",
  ),

  hostFailed: kind(12, "error", "Host {host} stopped answering. {reason}"),
  hostDetected: kind(13, "normal", "Host {host} answers; it is {status}."),
  hostRecovered: kind(14, "normal", "Host {host} answers again."),
  hostInMaintenance: kind(15, "normal", "Host {host} is in maintenance."),
  hostActivated: kind(16, "normal", "{user} activated host {host}."),
  hostMaintenanceFailed: kind(17, "error", "Host {host} could not go to maintenance. {reason}"),
  hostActivationFailed: kind(18, "error", "Host {host} could not be activated. {reason}"),
  hostAdded: kind(42, "normal", "{user} added host {host}."),
  hostUpdated: kind(43, "normal", "{user} changed the settings of host {host}."),
  hostRemoved: kind(44, "normal", "{user} removed host {host}."),
  hostApproved: kind(498, "normal", "{user} approved host {host}."),
  hostApprovalFailed: kind(499, "error", "Host {host} could not be approved. {reason}"),
  hostInstalled: kind(504, "normal", "Host {host} is set up."),
  hostInitializing: kind(514, "warning", "Host {host} is initializing. {reason}"),
  hostLostStorageDomain: kind(522, "warning", "Host {host} cannot be used now. {reason}"),
  hostRebootConfirmed: kind(494, "normal", "{user} confirmed that host {host} has been rebooted."),
  hostSetNonOperational: kind(517, "normal", "Host {host} cannot be used now. {reason}"),
  hostMaintenanceRequested: kind(600, "normal", "{user} asked host {host} to go to maintenance."),
  hostClockDrifts: kind(604, "warning", "The clock of host {host} differs from the Manager's by {drift}."),
  hostRegistrationFailed: kind(826, "error", "A host could not be registered. {reason}"),
  hostRegistered: kind(828, "normal", "Host {host} has introduced itself."),
  hostCertificateExpiresSoon: kind(845, "warning", "The certificate of host {host} ends on {date}."),
  hostCertificateExpired: kind(877, "alert", "The certificate of host {host} has expired."),
  hostCertificateRenewed: kind(881, "normal", "Host {host} has a new certificate."),
  hostCertificateRenewalFailed: kind(882, "error", "Host {host} could not get a new certificate. {reason}"),

  userLoggedIn: kind(30, "normal", "{user} logged in."),
  userLoggedOut: kind(31, "normal", "{user} logged out."),
  userDisabledLogin: kind(160, "error", "{user} cannot log in from {address}: the account is disabled or locked."),
  userLoginFailed: kind(114, "error", "A login of {user} from {address} failed."),
  // Of users and groups alike, as oVirt has it: `{noun}` says which.
  userAdded: kind(149, "normal", "{user} added the {noun} {name}."),
  userRemoved: kind(325, "normal", "{user} removed the user {name}."),
  userPasswordChanged: kind(346, "normal", "The password of {name} was changed."),
  permissionAdded: kind(850, "normal", "{user} gave {name} the role {role} on {object}."),
  permissionRemoved: kind(852, "normal", "{user} took from {name} the role {role} on {object}."),
  systemPermissionAdded: kind(866, "normal", "{user} gave {name} the role {role} on {object}."),
  systemPermissionRemoved: kind(868, "normal", "{user} took from {name} the role {role} on {object}."),
  groupRemoved: kind(408, "normal", "{user} removed the group {name}."),
  roleAdded: kind(864, "normal", "{user} added the role {role}."),
  roleUpdated: kind(856, "normal", "{user} changed the role {role}."),
  roleRemoved: kind(858, "normal", "{user} removed the role {role}."),
  rolePermitAdded: kind(860, "normal", "{user} added the permit {permit} to the role {role}."),
  rolePermitRemoved: kind(862, "normal", "{user} took the permit {permit} from the role {role}."),
  userOptionAdded: kind(15002, "normal", "{user} added {property} to the profile of {name}."),
  userOptionRemoved: kind(15006, "normal", "{user} removed {property} from the profile of {name}."),
  userOptionChanged: kind(15010, "normal", "{user} changed {property} in the profile of {name}."),
  // oVirt leaves these to the directory; numbers from a million on are ours.
  userDisabled: kind(1_000_301, "warning", "{user} disabled the user {name}."),
  userEnabled: kind(1_000_302, "normal", "{user} enabled the user {name}."),
  groupMemberAdded: kind(1_000_303, "normal", "{user} added {name} to the group {group}."),
  groupMemberRemoved: kind(1_000_304, "normal", "{user} took {name} out of the group {group}."),

  vmStarted: kind(32, "normal", "VM {vm} was started by {user} on host {host}."),
  vmStopped: kind(33, "normal", "VM {vm} was powered off by {user}."),
  vmAdded: kind(34, "normal", "VM {vm} was created by {user}."),
  vmAdditionStarted: kind(37, "normal", "{user} began to create VM {vm}."),
  vmAdditionFinished: kind(53, "normal", "VM {vm} has been created."),
  vmAdditionFailed: kind(60, "error", "VM {vm} could not be created. {reason}"),
  vmUpdated: kind(35, "normal", "The settings of VM {vm} were changed by {user}."),
  vmPausedByUser: kind(39, "normal", "VM {vm} was paused by {user}."),
  vmResumed: kind(40, "normal", "{user} let VM {vm} go on after its pause."),
  vmStartFailed: kind(54, "error", "VM {vm} could not be started. {reason}"),
  vmStopFailed: kind(56, "error", "VM {vm} could not be powered off. {reason}"),
  vmRemovalFailed: kind(59, "error", "VM {vm} could not be removed. {reason}"),
  vmDown: kind(61, "normal", "VM {vm} is down. {reason}"),
  vmShutdownRequested: kind(73, "normal", "{user} asked VM {vm} to shut down."),
  vmShutdownFailed: kind(74, "error", "VM {vm} did not shut down. {reason}"),
  vmRemoved: kind(113, "normal", "VM {vm} was removed."),
  vmDownWithError: kind(119, "error", "VM {vm} is down because of an error. {reason}"),
  vmNotResponding: kind(126, "warning", "VM {vm} does not respond."),
  vmPausedNoSpace: kind(138, "error", "VM {vm} was paused: its storage is full."),
  vmPausedError: kind(139, "error", "VM {vm} was paused because of an unknown storage error."),
  vmUnknown: kind(142, "warning", "The state of VM {vm} is unknown: its host {host} does not answer."),
  vmDownByHostReboot: kind(
    143,
    "warning",
    "VM {vm} is down: it was confirmed that its host {host} has been rebooted or switched off.",
  ),
  vmPausedIoError: kind(145, "error", "VM {vm} was paused because of an input or output error."),
  vmPausedNoAccess: kind(146, "error", "VM {vm} was paused: it may not access its storage."),
  vmStartRequested: kind(150, "normal", "{user} asked VM {vm} to start."),
  vmRebooted: kind(157, "normal", "{user} rebooted VM {vm}."),
  vmRebootFailed: kind(158, "error", "VM {vm} could not be rebooted. {reason}"),
  vmStatusRestored: kind(163, "normal", "The state of VM {vm} is known again: {status}."),
  vmConsoleConnected: kind(167, "normal", "{user} opened the console of VM {vm}."),
  vmRecoveredFromPause: kind(196, "normal", "VM {vm} runs again after its pause."),
  vmPaused: kind(1025, "normal", "VM {vm} is paused."),

  nicRemoved: kind(930, "normal", "Network interface {nic} of VM {vm} was removed by {user}."),
  nicAdded: kind(932, "normal", "Network interface {nic} was added to VM {vm} by {user}."),
  nicUpdated: kind(934, "normal", "Network interface {nic} of VM {vm} was changed by {user}."),

  templateCreationFailed: kind(36, "error", "Template {template} could not be created. {reason}"),
  templateCreationStarted: kind(48, "normal", "{user} began to create template {template} from VM {vm}."),
  templateUpdated: kind(49, "normal", "The settings of template {template} were changed by {user}."),
  templateRemovalStarted: kind(50, "normal", "{user} began to remove template {template}."),
  templateCreated: kind(51, "normal", "Template {template} has been created."),
  templateRemoved: kind(251, "normal", "Template {template} has been removed."),

  diskCreationStarted: kind(2020, "normal", "{user} began to create disk {disk}."),
  diskCreated: kind(2021, "normal", "Disk {disk} has been created."),
  diskCreationFailed: kind(2022, "error", "Disk {disk} could not be created. {reason}"),
  diskExtended: kind(371, "normal", "The size of disk {disk} was changed to {size} by {user}."),
  diskExtensionFailed: kind(370, "error", "The size of disk {disk} could not be changed. {reason}"),
  diskSparsificationStarted: kind(1325, "normal", "{user} began to give back the unused space of disk {disk}."),
  diskSparsified: kind(1326, "normal", "The unused space of disk {disk} has been given back."),
  diskSparsificationFailed: kind(1327, "error", "The unused space of disk {disk} could not be given back. {reason}"),
  diskCopyStarted: kind(2004, "normal", "{user} began to copy disk {disk} to storage domain {storageDomain}."),
  diskCopied: kind(2006, "normal", "Disk {disk} has been copied to storage domain {storageDomain}."),
  diskCopyFailed: kind(2007, "error", "Disk {disk} could not be copied to storage domain {storageDomain}. {reason}"),
  diskMoveStarted: kind(2008, "normal", "{user} began to move disk {disk} to storage domain {storageDomain}."),
  diskMoved: kind(2010, "normal", "Disk {disk} has been moved to storage domain {storageDomain}."),
  diskMoveFailed: kind(2011, "error", "Disk {disk} could not be moved to storage domain {storageDomain}. {reason}"),
  // oVirt says nothing of these; numbers from a million on are ours.
  diskLeftBehind: kind(
    1_000_101,
    "warning",
    "Disk {disk} was moved, but could not be deleted from storage domain {storageDomain}. {reason}",
  ),
  diskRegistered: kind(
    1_000_102,
    "normal",
    "Disk {disk} was found on storage domain {storageDomain} and registered by {user}.",
  ),
  diskUpdated: kind(86, "normal", "The settings of disk {disk} were changed by {user}."),
  diskNameNotWritten: kind(
    1_000_106,
    "warning",
    "The name of disk {disk} could not be written to its storage: whoever imports the storage domain finds the former one. {reason}",
  ),
  diskRemoved: kind(2014, "normal", "Disk {disk} has been removed."),
  diskRemovalFailed: kind(2015, "warning", "Disk {disk} could not be removed. {reason}"),
  diskAttached: kind(2016, "normal", "Disk {disk} was attached to VM {vm} by {user}."),
  diskDetached: kind(2018, "normal", "Disk {disk} was detached from VM {vm} by {user}."),

  imageTransferStarted: kind(1031, "normal", "{user} began a transfer with disk {disk}."),
  imageTransferSucceeded: kind(1032, "normal", "The transfer with disk {disk} has succeeded."),
  imageTransferCancelled: kind(1033, "normal", "The transfer with disk {disk} was cancelled."),
  imageTransferTimedOut: kind(1076, "error", "The transfer with disk {disk} was cancelled: nobody used it in time."),

  clusterAdded: kind(809, "normal", "Cluster {cluster} was added by {user}."),
  clusterUpdated: kind(811, "normal", "The settings of cluster {cluster} were changed by {user}."),
  clusterRemoved: kind(813, "normal", "Cluster {cluster} was removed by {user}."),
  networkAdded: kind(942, "normal", "Network {network} was added to data center {dataCenter} by {user}."),
  networkRemoved: kind(944, "normal", "Network {network} was removed from data center {dataCenter} by {user}."),
  networkUpdated: kind(1114, "normal", "Network {network} of data center {dataCenter} was changed by {user}."),
  vnicProfileAdded: kind(1122, "normal", "VM network profile {profile} was added by {user}."),
  vnicProfileUpdated: kind(1124, "normal", "VM network profile {profile} was changed by {user}."),
  vnicProfileRemoved: kind(1126, "normal", "VM network profile {profile} was removed by {user}."),

  dataCenterAdded: kind(950, "normal", "Data center {dataCenter} was added by {user}."),
  dataCenterUpdated: kind(952, "normal", "The settings of data center {dataCenter} were changed by {user}."),
  dataCenterRemoved: kind(954, "normal", "Data center {dataCenter} was removed by {user}."),
  dataCenterUp: kind(976, "normal", "Data center {dataCenter} is up."),
  dataCenterWithoutSpm: kind(979, "error", "No host of data center {dataCenter} can manage its storage. {reason}"),
  dataCenterContending: kind(
    986,
    "warning",
    "Data center {dataCenter} lost the host that manages its storage; another one is becoming it. {reason}",
  ),
  spmChosen: kind(204, "normal", "Host {host} manages the storage of data center {dataCenter}. {reason}"),
  spmStopped: kind(993, "normal", "Host {host} gave up managing the storage of data center {dataCenter}. {reason}"),
  spmStopFailed: kind(
    27,
    "warning",
    "Host {host} does not give up managing the storage of data center {dataCenter}. {reason}",
  ),
  spmStartFailed: kind(987, "error", "Host {host} cannot manage the storage of data center {dataCenter}. {reason}"),
  // oVirt's number for this is not known to us.
  spmMoveRequested: kind(
    1_000_002,
    "normal",
    "{user} asked host {host} to manage the storage of data center {dataCenter}.",
  ),
  storageLeaseTaken: kind(
    1_000_104,
    "alert",
    "The storage of data center {dataCenter} is managed by {holder}, which is none of its hosts and is alive: no host of the data center can manage it. Detach the storage there, or switch that host off.",
  ),
  storageLeaseReturned: kind(
    1_000_105,
    "normal",
    "The storage of data center {dataCenter} is not managed by {holder} any more.",
  ),
  storageDomainBack: kind(1_000_003, "normal", "Storage domain {storageDomain} can be reached again. {reason}"),
  storageDomainAdded: kind(956, "normal", "Storage domain {storageDomain} was added by {user}."),
  storageDomainAdditionFailed: kind(957, "error", "Storage domain {storageDomain} could not be added. {reason}"),
  storageDomainUpdated: kind(958, "normal", "The settings of storage domain {storageDomain} were changed by {user}."),
  storageDomainRemoved: kind(960, "normal", "Storage domain {storageDomain} was removed by {user}."),
  storageDomainAttached: kind(
    962,
    "normal",
    "Storage domain {storageDomain} was attached to data center {dataCenter} by {user}.",
  ),
  storageDomainAttachmentFailed: kind(
    963,
    "error",
    "Storage domain {storageDomain} could not be attached to data center {dataCenter}. {reason}",
  ),
  storageDomainDetached: kind(
    964,
    "normal",
    "Storage domain {storageDomain} was detached from data center {dataCenter} by {user}.",
  ),
  storageDomainActivated: kind(966, "normal", "Storage domain {storageDomain} was activated by {user}."),
  storageDomainDeactivated: kind(968, "normal", "Storage domain {storageDomain} was deactivated by {user}."),
  storageDomainDestroyed: kind(
    981,
    "warning",
    "Storage domain {storageDomain} was forgotten by {user}, with its disks; nothing was changed on the storage.",
  ),
  masterReplaced: kind(984, "warning", "Storage domain {storageDomain} is the master of data center {dataCenter} now."),
  masterReplacementFailed: kind(
    985,
    "error",
    "The master storage domain {storageDomain} of data center {dataCenter} is lost, and no other one could take its place. {reason}",
  ),
  storageDomainImported: kind(1_000_103, "normal", "Storage domain {storageDomain} was imported by {user}."),
  storageDomainLost: kind(970, "warning", "Storage domain {storageDomain} cannot be reached. {reason}"),
  storageSpaceLow: kind(26, "warning", "Storage domain {storageDomain} has only {free} left."),

  unhonouredAttributes: kind(
    1_000_201,
    "warning",
    "Of {type} {name} was asked for what is not supported here, and stays as it is: {attributes}.",
  ),
  macPoolAdded: kind(10700, "normal", "{user} added the MAC pool {pool}."),
  macPoolUpdated: kind(10702, "normal", "{user} changed the MAC pool {pool}."),
  macPoolRemoved: kind(10704, "normal", "{user} removed the MAC pool {pool}."),

  networkQosAdded: kind(10100, "normal", "{user} added the network QoS {qos} to data center {dataCenter}."),
  networkQosRemoved: kind(10102, "normal", "{user} removed the network QoS {qos} from data center {dataCenter}."),
  networkQosUpdated: kind(10104, "normal", "{user} changed the network QoS {qos} of data center {dataCenter}."),
  qosAdded: kind(10110, "normal", "{user} added the QoS {qos} to data center {dataCenter}."),
  qosRemoved: kind(10112, "normal", "{user} removed the QoS {qos} from data center {dataCenter}."),
  qosUpdated: kind(10114, "normal", "{user} changed the QoS {qos} of data center {dataCenter}."),

  tagUpdated: kind(430, "normal", "{user} changed the tag {tag}."),
  tagAdded: kind(432, "normal", "{user} added the tag {tag}."),
  tagRemoved: kind(434, "normal", "{user} removed the tag {tag}."),
  tagMoved: kind(555, "normal", "{user} moved the tag {tag} from {from} to {to}."),
  tagGivenToTemplate: kind(183, "normal", "{user} gave template {template} the tag {tag}."),
  tagTakenFromTemplate: kind(185, "normal", "{user} took the tag {tag} from template {template}."),
  tagGivenToUser: kind(436, "normal", "{user} gave the user {name} the tag {tag}."),
  tagGivenToGroup: kind(438, "normal", "{user} gave the group {name} the tag {tag}."),
  tagGivenToVm: kind(440, "normal", "{user} gave VM {vm} the tag {tag}."),
  tagGivenToHost: kind(442, "normal", "{user} gave host {host} the tag {tag}."),
  tagTakenFromHost: kind(444, "normal", "{user} took the tag {tag} from host {host}."),
  tagTakenFromVm: kind(446, "normal", "{user} took the tag {tag} from VM {vm}."),
  tagTakenFromUser: kind(448, "normal", "{user} took the tag {tag} from the user {name}."),
  tagTakenFromGroup: kind(450, "normal", "{user} took the tag {tag} from the group {name}."),

  affinityGroupAdded: kind(10_350, "normal", "{user} added the affinity group {group} to cluster {cluster}."),
  affinityGroupUpdated: kind(10_352, "normal", "{user} changed the affinity group {group} of cluster {cluster}."),
  affinityGroupRemoved: kind(10_354, "normal", "{user} removed the affinity group {group} from cluster {cluster}."),
  affinityLabelAdded: kind(10_380, "normal", "{user} added the affinity label {label}."),
  affinityLabelUpdated: kind(10_382, "normal", "{user} changed the affinity label {label}."),
  affinityLabelRemoved: kind(10_384, "normal", "{user} removed the affinity label {label}."),

  bookmarkAdded: kind(350, "normal", "{user} added the bookmark {bookmark}."),
  bookmarkUpdated: kind(352, "normal", "{user} changed the bookmark {bookmark}."),
  bookmarkRemoved: kind(354, "normal", "{user} removed the bookmark {bookmark}."),

  // oVirt tells of instance types as of templates; numbers from a million on are ours.
  instanceTypeAdded: kind(1_000_401, "normal", "{user} added the instance type {type}."),
  instanceTypeUpdated: kind(1_000_402, "normal", "{user} changed the instance type {type}."),
  instanceTypeRemoved: kind(1_000_403, "normal", "{user} removed the instance type {type}."),

  externalNormal: kind(9801, "normal", "{text}"),
  externalWarning: kind(9802, "warning", "{text}"),
  externalError: kind(9803, "error", "{text}"),
  externalAlert: kind(9804, "alert", "{text}"),
  externalJobAdded: kind(11_000, "normal", "{user} added the job {job} of another program."),
  eventsShownAgain: kind(10_604, "normal", "{user} showed all events again that had been put away."),
} as const satisfies Record<string, EventKind>;

export type EventName = keyof typeof eventCatalogue;

function kind(code: number, severity: EventSeverity, text: string): EventKind {
  return { code, severity, text };
}
