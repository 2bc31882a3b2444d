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
];

function role(id: string, name: string, description: string, of: readonly Permit[], isAdministrative = false): Role {
  return { id: id as RoleId, name, description, isAdministrative, isPredefined: true, permits: of };
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
    "00000000-0000-0000-0001-000000000003",
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
  role("def00021-0000-0000-0000-def000000015", "VmCreator", "User role, permission to create VMs", [
    "login",
    "create_vm",
  ]),
  role(
    "def00017-0000-0000-0000-def000000017",
    "ReadOnlyAdmin",
    "Read only administrator role, sees everything and changes nothing",
    ["login"],
    true,
  ),
];
