import { type Permit, permits } from "./permits.ts";
import type { Role, RoleId } from "./user.ts";

const vmUse: readonly Permit[] = [
  "login",
  "run_vm",
  "stop_vm",
  "shut_down_vm",
  "reboot_vm",
  "reset_vm",
  "hibernate_vm",
  "connect_to_vm",
];

const vmManage: readonly Permit[] = [
  ...vmUse,
  "edit_vm_properties",
  "delete_vm",
  "configure_vm_network",
  "configure_vm_storage",
  "manipulate_vm_snapshots",
  "migrate_vm",
  "create_disk",
  "attach_disk",
  "edit_disk_properties",
  "delete_disk",
  "manipulate_permissions",
];

const hostManage: readonly Permit[] = [
  "login",
  "edit_host_configuration",
  "delete_host",
  "manipulate_host",
  "configure_host_network",
  "manipulate_permissions",
];

const templateManage: readonly Permit[] = [
  "login",
  "edit_template_properties",
  "delete_template",
  "manipulate_permissions",
];

const clusterManage: readonly Permit[] = [
  ...vmManage,
  ...hostManage,
  "create_vm",
  "create_instance",
  "create_host",
  "edit_cluster_configuration",
  "delete_cluster",
  "configure_cluster_network",
  "assign_network",
];

const networkManage: readonly Permit[] = [
  "login",
  "configure_storage_pool_network",
  "create_storage_pool_network",
  "create_network_vnic_profile",
  "configure_network_vnic_profile",
  "delete_network_vnic_profile",
  "assign_network",
  "manipulate_permissions",
];

function role(id: string, name: string, description: string, of: readonly Permit[], isAdministrative = false): Role {
  return { id: id as RoleId, name, description, isAdministrative, isPredefined: true, permits: [...new Set(of)] };
}

/** The roles that scripts of oVirt name, by oVirt's ids of them. */
export const predefinedRoles: readonly Role[] = [
  role("00000000-0000-0000-0000-000000000001", "SuperUser", "Roles management administrator", permits, true),
  role("00000000-0000-0000-0001-000000000001", "UserRole", "Standard user role", vmUse),
  role(
    "00000000-0000-0000-0001-000000000002",
    "PowerUserRole",
    "User role, allowed to create VMs, templates and disks",
    ["login", "create_vm", "create_instance", "create_template", "create_disk"],
  ),
  role(
    "def00006-0000-0000-0000-def000000006",
    "UserVmManager",
    "User role, with permission for any operation on VMs",
    vmManage,
  ),
  role(
    "def00009-0000-0000-0000-def000000009",
    "UserTemplateBasedVm",
    "User role, with permissions only to use templates",
    ["login", "create_instance"],
  ),
  role(
    "def0000a-0000-0000-0000-def00000000b",
    "DiskOperator",
    "User role, with permissions for any operation on a disk",
    ["login", "attach_disk", "edit_disk_properties", "delete_disk"],
  ),
  role("def0000a-0000-0000-0000-def00000000d", "VmCreator", "User role, permission to create VMs", [
    "login",
    "create_vm",
  ]),
  role(
    "def0000c-0000-0000-0000-def00000000c",
    "ReadOnlyAdmin",
    "Read only administrator role, sees everything and changes nothing",
    ["login"],
    true,
  ),
  role("def0000a-0000-0000-0000-def00000000c", "DiskCreator", "User role, permission to create disks", [
    "login",
    "create_disk",
  ]),
  role("def0000a-0000-0000-0000-def00000000e", "TemplateCreator", "User role, permission to create templates", [
    "login",
    "create_template",
  ]),
  role(
    "def0000a-0000-0000-0000-def00000000f",
    "TemplateOwner",
    "User role, for any operation on a template",
    templateManage,
  ),
  role(
    "def00001-0000-0000-0000-def000000001",
    "ClusterAdmin",
    "Administers a cluster and what is in it",
    clusterManage,
    true,
  ),
  role(
    "def00002-0000-0000-0000-def000000002",
    "DataCenterAdmin",
    "Administers a data center and what is in it, except its storage",
    [
      ...clusterManage,
      ...templateManage,
      ...networkManage,
      "create_template",
      "create_cluster",
      "edit_storage_pool_configuration",
      "delete_storage_pool",
    ],
    true,
  ),
  role(
    "def00003-0000-0000-0000-def000000003",
    "StorageAdmin",
    "Administers storage domains and the disks on them",
    [
      "login",
      "create_storage_domain",
      "edit_storage_domain_configuration",
      "delete_storage_domain",
      "manipulate_storage_domain",
      "create_disk",
      "attach_disk",
      "edit_disk_properties",
      "configure_disk_storage",
      "delete_disk",
      "manipulate_permissions",
    ],
    true,
  ),
  role("def00004-0000-0000-0000-def000000004", "HostAdmin", "Administers hosts", hostManage, true),
  role(
    "def00005-0000-0000-0000-def000000005",
    "NetworkAdmin",
    "Administers networks and their profiles",
    networkManage,
    true,
  ),
  role(
    "def00008-0000-0000-0000-def000000008",
    "TemplateAdmin",
    "Administers templates",
    ["create_template", ...templateManage],
    true,
  ),
];
