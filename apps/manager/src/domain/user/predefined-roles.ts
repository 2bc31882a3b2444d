import { type Permit, permits, permitsOf } from "./permits.ts";
import type { Role, RoleId } from "./user.ts";

export const superUserRoleId = "00000000-0000-0000-0000-000000000001" as RoleId;

/**
 * The roles that scripts of oVirt name, with oVirt's ids, permits, and whether they show what is inside of what they are
 * given on (ovirt-engine dbscripts/data/00500_insert_roles.sql, 00700_insert_roles_groups.sql and its upgrades). The role
 * of Gluster is not among them.
 */
export const predefinedRoles: readonly Role[] = [
  administrator(superUserRoleId, "SuperUser", "May do everything", permits),
  user(
    "00000000-0000-0000-0001-000000000001",
    "UserRole",
    "Uses VMs: starts and stops them, opens their consoles",
    permitsOf("5 7 17 18 19 21 22 23 303 1106 1300"),
  ),
  creator(
    "00000000-0000-0000-0001-000000000002",
    "PowerUserRole",
    "Creates VMs, templates and disks",
    permitsOf("1 200 1100 1106 1300 1563 1665 1666 1667 1668"),
  ),
  administrator(
    "def00001-0000-0000-0000-def000000001",
    "ClusterAdmin",
    "Administers a cluster and what is in it",
    permitsOf(
      "1 2 3 5 6 7 8 9 10 11 12 14 15 17 18 19 21 22 23 100 101 102 103 104 300 301 302 303 400 401 402 403 502 503 1100 1101 1102 1103 1104 1107 1108 1109 1110 1300 1301 1302 1303 1304 1550 1563 1663 1665 1666 1667 1668",
    ),
  ),
  administrator(
    "def00002-0000-0000-0000-def000000002",
    "DataCenterAdmin",
    "Administers a data center and what is in it, except its storage",
    permitsOf(
      "1 2 3 5 6 7 8 9 10 11 12 14 15 17 18 19 21 22 23 100 101 102 103 104 200 201 202 203 204 205 300 301 302 303 400 401 402 403 404 502 503 700 701 702 703 704 705 900 901 1100 1101 1102 1103 1104 1105 1107 1108 1109 1110 1203 1204 1205 1300 1301 1302 1303 1304 1550 1563 1663 1665 1666 1667 1668",
    ),
  ),
  administrator(
    "def00003-0000-0000-0000-def000000003",
    "StorageAdmin",
    "Administers storage domains and the disks on them",
    permitsOf(
      "600 601 602 603 1100 1101 1102 1103 1104 1106 1107 1108 1109 1110 1300 1301 1302 1303 1304 1560 1561 1562 1563",
    ),
  ),
  administrator(
    "def00004-0000-0000-0000-def000000004",
    "HostAdmin",
    "Administers hosts",
    permitsOf("100 101 102 103 104 600 601 602 603 1300 1301 1302 1303 1304 1560 1561 1562 1563"),
  ),
  administrator(
    "def00005-0000-0000-0000-def000000005",
    "NetworkAdmin",
    "Administers networks and their profiles",
    permitsOf("9 104 204 403 404 703 704 705 1203 1204 1205 1300 1301 1302 1303 1304"),
  ),
  user(
    "def00006-0000-0000-0000-def000000006",
    "UserVmManager",
    "Does anything with a VM",
    permitsOf("1 2 3 5 7 9 10 12 17 18 19 21 22 23 502 503 1100 1101 1102 1104 1108 1109 1110 1300 1664 1668"),
  ),
  creator(
    "def00006-0000-0000-0000-def000000011",
    "UserVmRunTimeManager",
    "Does anything with a VM except with its snapshots",
    permitsOf("1 2 3 5 7 9 10 17 18 19 21 22 23 502 503 1100 1101 1102 1104 1108 1109 1110 1300 1668"),
  ),
  administrator(
    "def00007-0000-0000-0000-def000000007",
    "VmPoolAdmin",
    "Administers VM pools",
    permitsOf("1 300 301 302 303 1300 1301 1302 1303 1304 1668"),
  ),
  administrator(
    "def00008-0000-0000-0000-def000000008",
    "TemplateAdmin",
    "Administers templates",
    permitsOf("200 201 202 203 204 205 502 503 1106 1300 1301 1302 1303 1304"),
  ),
  creator(
    "def00009-0000-0000-0000-def000000009",
    "UserTemplateBasedVm",
    "Uses templates for VMs of his own",
    permitsOf("1 1668"),
  ),
  creator("def0000a-0000-0000-0000-def00000000a", "QuotaConsumer", "Uses what a quota allows", permitsOf("901")),
  user(
    "def0000a-0000-0000-0000-def00000000b",
    "DiskOperator",
    "Does anything with a disk",
    permitsOf("502 503 1100 1101 1102 1104 1108 1109 1110 1300"),
  ),
  creator("def0000a-0000-0000-0000-def00000000c", "DiskCreator", "Creates disks", permitsOf("1100 1300")),
  creator("def0000a-0000-0000-0000-def00000000d", "VmCreator", "Creates VMs", permitsOf("1 1100 1300 1668")),
  creator("def0000a-0000-0000-0000-def00000000e", "TemplateCreator", "Creates templates", permitsOf("200 1300")),
  user(
    "def0000a-0000-0000-0000-def00000000f",
    "TemplateOwner",
    "Does anything with a template",
    permitsOf("201 202 203 204 502 503 1300"),
  ),
  user(
    "def0000a-0000-0000-0000-def000000010",
    "VnicProfileUser",
    "Connects VMs to the network of a vNIC profile",
    permitsOf("9 204 1300"),
  ),
  creator("def0000c-0000-0000-0000-def000000000", "ExternalEventsCreator", "Adds events", permitsOf("1400")),
  creator("def0000d-0000-0000-0000-def000000000", "ExternalTasksCreator", "Adds jobs", permitsOf("1500")),
  administrator(
    "def0000c-0000-0000-0000-def00000000c",
    "ReadOnlyAdmin",
    "Sees everything and changes nothing",
    permitsOf("1300"),
  ),
  creator("def00011-0000-0000-0000-def000000011", "InstanceCreator", "Creates instances", permitsOf("16 1100 1300")),
  keeper("def00011-0000-0000-0000-def000000013", "TagManager", "Administers tags", permitsOf("1300 1301 1304")),
  keeper(
    "def00011-0000-0000-0000-def000000014",
    "BookmarkManager",
    "Administers bookmarks",
    permitsOf("1300 1302 1304"),
  ),
  keeper(
    "def00011-0000-0000-0000-def000000015",
    "EventNotificationManager",
    "Administers who is told of events",
    permitsOf("1300 1303 1304"),
  ),
  keeper(
    "def00011-0000-0000-0000-def000000016",
    "AuditLogManager",
    "Administers the log of events",
    permitsOf("1300 1304"),
  ),
  creator(
    "def00012-0000-0000-0000-def000000012",
    "UserInstanceManager",
    "Does anything with an instance",
    permitsOf("2 3 5 7 10 12 17 18 19 21 22 23 502 503 1100 1101 1102 1104 1108 1109 1110 1300 1664"),
  ),
  administrator(
    "def00013-0000-0000-0000-def000000013",
    "MacPoolAdmin",
    "Administers MAC pools",
    permitsOf("1300 1660 1661 1662 1663"),
  ),
  user("def00014-0000-0000-0000-def000000014", "MacPoolUser", "Uses a MAC pool", permitsOf("1300 1663")),
  keeper(
    "def00016-0000-0000-0000-def000000016",
    "CpuProfileCreator",
    "Administers and uses CPU profiles",
    permitsOf("1665 1666 1667 1668"),
  ),
  creator("def00017-0000-0000-0000-def000000017", "CpuProfileOperator", "Uses a CPU profile", permitsOf("1668")),
  creator("def00020-0000-0000-0000-abc000000010", "DiskProfileUser", "Uses a disk profile", permitsOf("1563")),
  creator(
    "def00021-0000-0000-0000-def000000015",
    "UserProfileEditor",
    "Changes the profile of oneself",
    permitsOf("504"),
  ),
  administrator(
    "def00030-0000-0000-0000-def000000011",
    "VmImporterExporter",
    "Imports and exports VMs",
    permitsOf("8 1300 1563 1668"),
  ),
];

interface Kind {
  readonly isAdministrative: boolean;
  readonly showsChildren: boolean;
}

type Facts = readonly [id: string, name: string, description: string, permits: readonly Permit[]];

/** Sees, and does something with, what is inside of the object. */
function administrator(...facts: Facts): Role {
  return predefined(facts, { isAdministrative: true, showsChildren: true });
}

/** An administrator of things that are nowhere inside. */
function keeper(...facts: Facts): Role {
  return predefined(facts, { isAdministrative: true, showsChildren: false });
}

function user(...facts: Facts): Role {
  return predefined(facts, { isAdministrative: false, showsChildren: true });
}

/** Does something with the object and does not see what others have inside of it. */
function creator(...facts: Facts): Role {
  return predefined(facts, { isAdministrative: false, showsChildren: false });
}

function predefined([id, name, description, of]: Facts, kind: Kind): Role {
  return { id: id as RoleId, name, description, isPredefined: true, permits: of, ...kind };
}
