/** What is known of a permit. */
interface PermitFacts {
  /** oVirt's number of it: clients name permits by number or by name. */
  readonly id: number;
  /** Only administrative roles may have it. */
  readonly isAdministrative: boolean;
  /** A role of one's own with this permit shows what is inside of the object it is given on. */
  readonly showsChildren: boolean;
}

const showsNothing = { showsChildren: false } as const;

/**
 * What one can be allowed to do: the names and numbers of the REST API (ovirt-engine ActionGroup.java), without those of
 * Gluster, which we do not have.
 */
const facts = {
  create_vm: user(1, showsNothing),
  delete_vm: user(2),
  edit_vm_properties: user(3),
  reboot_vm: user(17),
  reset_vm: user(23),
  stop_vm: user(18),
  shut_down_vm: user(19),
  hibernate_vm: user(21),
  run_vm: user(22),
  change_vm_cd: user(5),
  migrate_vm: user(6),
  connect_to_serial_console: user(1664),
  connect_to_vm: user(7),
  import_export_vm: admin(8),
  configure_vm_network: user(9),
  configure_vm_storage: user(10),
  move_vm: user(11),
  manipulate_vm_snapshots: user(12),
  reconnect_to_vm: user(13),
  change_vm_custom_properties: admin(14),
  edit_admin_vm_properties: admin(15),
  create_instance: user(16, showsNothing),
  create_host: admin(100),
  edit_host_configuration: admin(101),
  delete_host: admin(102),
  manipulate_host: admin(103),
  configure_host_network: admin(104),
  create_template: user(200, showsNothing),
  edit_template_properties: user(201),
  delete_template: user(202),
  copy_template: user(203),
  configure_template_network: user(204),
  edit_admin_template_properties: admin(205),
  create_vm_pool: user(300, showsNothing),
  edit_vm_pool_configuration: user(301),
  delete_vm_pool: user(302),
  vm_pool_basic_operations: user(303),
  create_cluster: admin(400),
  edit_cluster_configuration: admin(401),
  delete_cluster: admin(402),
  configure_cluster_network: admin(403),
  assign_cluster_network: admin(404),
  manipulate_users: admin(500),
  manipulate_roles: admin(501),
  manipulate_permissions: user(502),
  add_users_and_groups_from_directory: user(503),
  edit_profile: user(504),
  create_storage_domain: admin(600),
  edit_storage_domain_configuration: admin(601),
  delete_storage_domain: admin(602),
  manipulate_storage_domain: admin(603),
  create_storage_pool: admin(700),
  delete_storage_pool: admin(701),
  edit_storage_pool_configuration: admin(702),
  configure_storage_pool_network: admin(703),
  create_storage_pool_network: admin(704),
  delete_storage_pool_network: admin(705),
  configure_engine: admin(800),
  configure_quota: admin(900),
  consume_quota: user(901),
  create_disk: user(1100, showsNothing),
  attach_disk: user(1101),
  edit_disk_properties: user(1102),
  configure_disk_storage: user(1103),
  delete_disk: user(1104),
  configure_scsi_generic_io: admin(1105),
  access_image_storage: user(1106, showsNothing),
  disk_live_storage_migration: user(1107),
  sparsify_disk: user(1108),
  reduce_disk: admin(1109),
  backup_disk: admin(1110),
  configure_network_vnic_profile: admin(1203),
  create_network_vnic_profile: admin(1204),
  delete_network_vnic_profile: admin(1205),
  login: user(1300, showsNothing),
  inject_external_events: admin(1400, showsNothing),
  inject_external_tasks: admin(1500, showsNothing),
  tag_management: admin(1301, showsNothing),
  bookmark_management: admin(1302, showsNothing),
  event_notification_management: admin(1303, showsNothing),
  audit_log_management: admin(1304, showsNothing),
  manipulate_affinity_groups: admin(1550),
  configure_storage_disk_profile: admin(1560),
  create_storage_disk_profile: admin(1561),
  delete_storage_disk_profile: admin(1562),
  attach_disk_profile: user(1563),
  create_mac_pool: admin(1660),
  edit_mac_pool: admin(1661),
  delete_mac_pool: admin(1662),
  configure_mac_pool: admin(1663),
  delete_cpu_profile: admin(1665),
  update_cpu_profile: admin(1666),
  create_cpu_profile: admin(1667),
  assign_cpu_profile: admin(1668),
} as const satisfies Readonly<Record<string, PermitFacts>>;

export type Permit = keyof typeof facts;

export const permits = Object.keys(facts) as readonly Permit[];

export const permitFacts: Readonly<Record<Permit, PermitFacts>> = facts;

const byId: ReadonlyMap<number, Permit> = new Map(permits.map((permit) => [facts[permit].id, permit]));

/** A permit by its name or its number, as text; `undefined` if there is none. */
export function findPermit(text: string): Permit | undefined {
  const name = text.toLowerCase();
  if (Object.hasOwn(facts, name)) return name as Permit;
  return /^\d{1,5}$/.test(text) ? byId.get(Number(text)) : undefined;
}

/** The permits of these numbers, which stand in a text with spaces between, in the order of the catalogue. */
export function permitsOf(ids: string): readonly Permit[] {
  const wanted = new Set(ids.split(" ").map(Number));
  return permits.filter((permit) => wanted.has(facts[permit].id));
}

function user(id: number, options: { readonly showsChildren?: boolean } = {}): PermitFacts {
  return { id, isAdministrative: false, showsChildren: true, ...options };
}

function admin(id: number, options: { readonly showsChildren?: boolean } = {}): PermitFacts {
  return { id, isAdministrative: true, showsChildren: true, ...options };
}
