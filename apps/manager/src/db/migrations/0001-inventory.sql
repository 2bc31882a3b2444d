-- The inventory. The same text runs on SQLite and PostgreSQL: ids are text, times are milliseconds since 1970,
-- booleans are 0 or 1, documents are JSON in text. {{identity}} is the one word that differs.

create table mac_pools (
  id text primary key,
  name text not null unique,
  description text not null,
  is_default integer not null,
  allows_duplicates integer not null,
  ranges text not null
);

create table data_centers (
  id text primary key,
  name text not null unique,
  description text not null,
  comment text not null,
  is_local integer not null,
  status text not null,
  compatibility_version text not null,
  mac_pool_id text not null references mac_pools (id),
  master_version integer not null,
  spm_host_id text
);

create table clusters (
  id text primary key,
  name text not null unique,
  description text not null,
  comment text not null,
  data_center_id text not null references data_centers (id),
  architecture text not null,
  cpu_type text not null,
  compatibility_version text not null,
  bios_type text not null
);

create table networks (
  id text primary key,
  name text not null,
  description text not null,
  comment text not null,
  data_center_id text not null references data_centers (id),
  vlan_tag integer,
  mtu_bytes integer not null,
  is_vm_network integer not null,
  unique (data_center_id, name)
);

create table cluster_networks (
  cluster_id text not null references clusters (id),
  network_id text not null references networks (id),
  is_required integer not null,
  usages text not null,
  primary key (cluster_id, network_id)
);

create table vnic_profiles (
  id text primary key,
  name text not null,
  description text not null,
  comment text not null,
  network_id text not null references networks (id),
  has_port_mirroring integer not null,
  unique (network_id, name)
);

create table hosts (
  id text primary key,
  name text not null unique,
  description text not null,
  comment text not null,
  address text not null,
  port integer not null,
  cluster_id text not null references clusters (id),
  status text not null,
  status_reason text,
  hardware_id text unique,
  key_fingerprint text,
  certificate_subject text,
  spm_priority integer not null,
  pool_number integer not null,
  created_at_ms bigint not null,
  facts text,
  statistics text,
  last_seen_at_ms bigint,
  unique (cluster_id, address, port)
);

create table storage_connections (
  id text primary key,
  type text not null,
  address text not null,
  path text not null,
  host_id text references hosts (id)
);

create table storage_domains (
  id text primary key,
  name text not null unique,
  description text not null,
  comment text not null,
  purpose text not null,
  type text not null,
  format_version integer not null,
  status text not null,
  is_master integer not null,
  data_center_id text references data_centers (id),
  connection_id text not null references storage_connections (id),
  available_bytes bigint,
  used_bytes bigint,
  wipe_after_delete integer not null,
  created_at_ms bigint not null
);

create table users (
  id text primary key,
  name text not null,
  domain text not null,
  first_name text not null,
  last_name text not null,
  email text not null,
  password_hash text,
  is_enabled integer not null,
  created_at_ms bigint not null,
  unique (domain, name)
);

create table roles (
  id text primary key,
  name text not null unique,
  description text not null,
  is_administrative integer not null,
  is_predefined integer not null,
  permits text not null
);

create table permissions (
  id text primary key,
  user_id text not null references users (id),
  role_id text not null references roles (id),
  object_type text not null,
  object_id text not null,
  unique (user_id, role_id, object_type, object_id)
);

create index permissions_of_object on permissions (object_type, object_id);

create table templates (
  id text primary key,
  name text not null,
  description text not null,
  comment text not null,
  cluster_id text references clusters (id),
  status text not null,
  type text not null,
  hardware text not null,
  is_delete_protected integer not null,
  created_at_ms bigint not null,
  created_by text
);

create table vms (
  id text primary key,
  name text not null,
  description text not null,
  comment text not null,
  cluster_id text not null references clusters (id),
  template_id text not null references templates (id),
  type text not null,
  hardware text not null,
  is_delete_protected integer not null,
  created_at_ms bigint not null,
  created_by text
);

create index vms_by_name on vms (name);
create index vms_of_cluster on vms (cluster_id);
create index vms_of_template on vms (template_id);

create table vm_runs (
  vm_id text primary key references vms (id),
  status text not null,
  host_id text references hosts (id),
  started_at_ms bigint,
  stopped_at_ms bigint,
  stop_reason text,
  pause_reason text,
  hardware text,
  guest text,
  statistics text,
  displays text not null,
  last_seen_at_ms bigint
);

create index vm_runs_of_host on vm_runs (host_id);

create table disks (
  id text primary key,
  name text not null,
  description text not null,
  storage_domain_id text not null references storage_domains (id),
  capacity_bytes bigint not null,
  actual_bytes bigint not null,
  format text not null,
  is_sparse integer not null,
  status text not null,
  is_shareable integer not null,
  wipe_after_delete integer not null,
  propagate_errors integer not null,
  backup text not null,
  content_type text not null,
  created_at_ms bigint not null
);

create index disks_of_storage_domain on disks (storage_domain_id);

create table volumes (
  id text primary key,
  disk_id text not null references disks (id),
  storage_domain_id text not null references storage_domains (id),
  parent_id text references volumes (id),
  format text not null,
  is_sparse integer not null,
  capacity_bytes bigint not null,
  actual_bytes bigint not null,
  is_leaf integer not null,
  created_at_ms bigint not null
);

create index volumes_of_disk on volumes (disk_id);
create index volumes_of_parent on volumes (parent_id);

create table disk_attachments (
  vm_id text not null references vms (id),
  disk_id text not null references disks (id),
  interface text not null,
  is_bootable integer not null,
  is_active integer not null,
  is_read_only integer not null,
  pass_discard integer not null,
  logical_name text,
  position integer not null,
  primary key (vm_id, disk_id)
);

create index disk_attachments_of_disk on disk_attachments (disk_id);

create table template_disks (
  template_id text not null references templates (id),
  disk_id text not null references disks (id),
  interface text not null,
  is_bootable integer not null,
  position integer not null,
  primary key (template_id, disk_id)
);

create table nics (
  id text primary key,
  vm_id text references vms (id),
  template_id text references templates (id),
  name text not null,
  interface text not null,
  mac_address text,
  vnic_profile_id text references vnic_profiles (id),
  is_linked integer not null,
  is_plugged integer not null
);

create index nics_of_vm on nics (vm_id);
create index nics_of_template on nics (template_id);
create unique index nics_mac on nics (mac_address);

create table events (
  id {{identity}},
  code integer not null,
  severity text not null,
  description text not null,
  time_ms bigint not null,
  correlation_id text,
  user_id text,
  user_name text,
  vm_id text,
  vm_name text,
  host_id text,
  host_name text,
  cluster_id text,
  cluster_name text,
  data_center_id text,
  data_center_name text,
  storage_domain_id text,
  storage_domain_name text,
  template_id text,
  template_name text,
  origin text not null,
  custom_id bigint
);

create index events_by_code on events (code);

create table jobs (
  id text primary key,
  description text not null,
  status text not null,
  started_at_ms bigint not null,
  updated_at_ms bigint not null,
  ended_at_ms bigint,
  owner_id text,
  correlation_id text not null,
  is_external integer not null,
  is_auto_cleared integer not null,
  failure text
);

create index jobs_by_correlation on jobs (correlation_id);

create table steps (
  id text primary key,
  job_id text not null references jobs (id),
  number integer not null,
  type text not null,
  description text not null,
  status text not null,
  started_at_ms bigint not null,
  ended_at_ms bigint
);

create index steps_of_job on steps (job_id);

-- One row a saga: what was asked for. `params` never change; names of sagas and steps are stored data.
create table sagas (
  id text primary key,
  name text not null,
  params text not null,
  status text not null,
  job_id text,
  correlation_id text not null,
  actor_id text,
  error text,
  created_at_ms bigint not null,
  ended_at_ms bigint
);

create index sagas_by_status on sagas (status);

-- The journal: what happened to each step, in order. Only ever added to.
create table saga_journal (
  saga_id text not null references sagas (id),
  number integer not null,
  step text not null,
  event text not null,
  output text,
  at_ms bigint not null,
  primary key (saga_id, number)
);

-- What a saga holds while it runs. Taken with it, released with its end, kept over a restart.
create table locks (
  resource text primary key,
  saga_id text not null references sagas (id),
  reason text not null
);

create index locks_of_saga on locks (saga_id);

create table host_tickets (
  id text primary key,
  secret_hash text not null unique,
  host_name text,
  cluster_id text references clusters (id),
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  used_at_ms bigint,
  used_by text,
  created_by text
);

create table image_transfers (
  id text primary key,
  disk_id text not null references disks (id),
  direction text not null,
  format text not null,
  phase text not null,
  host_id text not null references hosts (id),
  inactivity_timeout_ms bigint not null,
  transferred_bytes bigint not null,
  created_at_ms bigint not null,
  updated_at_ms bigint not null,
  owner_id text,
  failure text
);

create index image_transfers_of_disk on image_transfers (disk_id);
