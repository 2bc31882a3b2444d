import { type Permit, permitNames, permits } from "./permits.ts";

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Administrative roles open the system's own services: events, jobs, users. */
  readonly administrative: boolean;
  /** Whether a grant on a cluster, say, also shows the VMs in it. */
  readonly seesChildren: boolean;
  readonly permits: readonly Permit[];
}

const vmOperation: readonly Permit[] = [
  "login",
  "run_vm",
  "stop_vm",
  "shut_down_vm",
  "reboot_vm",
  "reset_vm",
  "change_vm_cd",
  "connect_to_vm",
];
const vmManagement: readonly Permit[] = [
  ...vmOperation,
  "delete_vm",
  "edit_vm_properties",
  "migrate_vm",
  "configure_vm_network",
  "configure_vm_storage",
  "manipulate_permissions",
];
const diskManagement: readonly Permit[] = ["attach_disk", "edit_disk_properties", "delete_disk"];
const templateManagement: readonly Permit[] = ["create_template", "edit_template_properties", "delete_template"];
const clusterManagement: readonly Permit[] = [
  "edit_cluster_configuration",
  "delete_cluster",
  "assign_cluster_network",
  "create_host",
  "edit_host_configuration",
  "delete_host",
  "manipulate_host",
  "configure_host_network",
  "create_vm",
];
const storageManagement: readonly Permit[] = [
  "create_storage_domain",
  "edit_storage_domain_configuration",
  "delete_storage_domain",
  "manipulate_storage_domain",
  "create_disk",
];
const networkManagement: readonly Permit[] = [
  "configure_storage_pool_network",
  "create_storage_pool_network",
  "delete_storage_pool_network",
  "configure_network_vnic_profile",
  "create_network_vnic_profile",
  "delete_network_vnic_profile",
  "assign_cluster_network",
];

/**
 * The roles that every system has, with oVirt's ids and names: clients refer to both. What they permit follows oVirt's
 * as far as we have the permit (oVirt packaging/dbscripts/data/00700_insert_roles_groups.sql). They cannot be changed.
 */
export const predefinedRoles: readonly Role[] = [
  role("00000000-0000-0000-0000-000000000001", "SuperUser", "May do everything, everywhere", {
    administrative: true,
    permits: permitNames,
  }),
  role("00000000-0000-0000-0001-000000000001", "UserRole", "May use virtual machines", { permits: vmOperation }),
  role(
    "00000000-0000-0000-0001-000000000002",
    "PowerUserRole",
    "May create virtual machines, templates and disks, and owns what it creates",
    { seesChildren: false, permits: ["login", "create_vm", "create_template", "create_disk"] },
  ),
  role("def00001-0000-0000-0000-def000000001", "ClusterAdmin", "Administers a cluster and what is in it", {
    administrative: true,
    permits: [...clusterManagement, ...vmManagement, ...diskManagement],
  }),
  role("def00002-0000-0000-0000-def000000002", "DataCenterAdmin", "Administers a data center, except its storage", {
    administrative: true,
    permits: [
      "create_storage_pool",
      "edit_storage_pool_configuration",
      "delete_storage_pool",
      "create_cluster",
      ...clusterManagement,
      ...vmManagement,
      ...diskManagement,
      ...templateManagement,
      ...networkManagement,
    ],
  }),
  role("def00003-0000-0000-0000-def000000003", "StorageAdmin", "Administers storage domains and their disks", {
    administrative: true,
    permits: ["login", ...storageManagement, ...diskManagement, "manipulate_permissions"],
  }),
  role("def00004-0000-0000-0000-def000000004", "HostAdmin", "Administers hosts", {
    administrative: true,
    permits: [
      "login",
      "edit_host_configuration",
      "delete_host",
      "manipulate_host",
      "configure_host_network",
      "manipulate_permissions",
    ],
  }),
  role("def00005-0000-0000-0000-def000000005", "NetworkAdmin", "Administers networks and their profiles", {
    administrative: true,
    permits: ["login", ...networkManagement, "configure_host_network", "manipulate_permissions"],
  }),
  role("def00006-0000-0000-0000-def000000006", "UserVmManager", "May do everything with a virtual machine", {
    permits: [...vmManagement, ...diskManagement],
  }),
  role("def00008-0000-0000-0000-def000000008", "TemplateAdmin", "Administers templates", {
    administrative: true,
    permits: ["login", ...templateManagement, "manipulate_permissions"],
  }),
  role("def00009-0000-0000-0000-def000000009", "UserTemplateBasedVm", "May use a template for new virtual machines", {
    seesChildren: false,
    permits: ["login", "create_vm"],
  }),
  role("def0000a-0000-0000-0000-def00000000b", "DiskOperator", "May do everything with a disk", {
    permits: ["login", ...diskManagement],
  }),
  role("def0000a-0000-0000-0000-def00000000c", "DiskCreator", "May create disks", {
    seesChildren: false,
    permits: ["login", "create_disk"],
  }),
  role("def0000a-0000-0000-0000-def00000000d", "VmCreator", "May create virtual machines", {
    seesChildren: false,
    permits: ["login", "create_vm"],
  }),
  role("def0000a-0000-0000-0000-def00000000e", "TemplateCreator", "May create templates", {
    seesChildren: false,
    permits: ["login", "create_template"],
  }),
  role("def0000a-0000-0000-0000-def00000000f", "TemplateOwner", "May do everything with a template", {
    permits: ["login", "edit_template_properties", "delete_template", "manipulate_permissions"],
  }),
  role("def0000a-0000-0000-0000-def000000010", "VnicProfileUser", "May attach network interfaces with a profile", {
    seesChildren: false,
    permits: ["login"],
  }),
  role("def0000c-0000-0000-0000-def00000000c", "ReadOnlyAdmin", "Sees everything, changes nothing", {
    administrative: true,
    permits: ["login"],
  }),
  role("def0000c-0000-0000-0000-def000000000", "ExternalEventsCreator", "May add events of other programs", {
    seesChildren: false,
    permits: ["login", "inject_external_events"],
  }),
  role("def0000d-0000-0000-0000-def000000000", "ExternalTasksCreator", "May add jobs of other programs", {
    seesChildren: false,
    permits: ["login", "inject_external_tasks"],
  }),
];

export const superUserRoleId = "00000000-0000-0000-0000-000000000001";

const rolesById: ReadonlyMap<string, Role> = new Map(predefinedRoles.map((each) => [each.id, each]));

export function findRole(roleId: string): Role | undefined {
  return rolesById.get(roleId);
}

export function findRoleByName(name: string): Role | undefined {
  return predefinedRoles.find((each) => each.name.toLowerCase() === name.toLowerCase());
}

interface RoleOptions {
  readonly administrative?: boolean;
  readonly seesChildren?: boolean;
  readonly permits: readonly Permit[];
}

function role(id: string, name: string, description: string, options: RoleOptions): Role {
  const { administrative = false, seesChildren = true } = options;
  const unique = [...new Set(options.permits)].sort((a, b) => permits[a].id - permits[b].id);
  return { id, name, description, administrative, seesChildren, permits: unique };
}
