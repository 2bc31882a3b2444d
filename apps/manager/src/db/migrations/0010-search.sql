-- What is searched and sorted by, as columns: copies of members of the documents, written together with them
-- (db/queries/search-columns.ts). What hosts measure is filled in by their next report.

alter table vms add column memory_bytes bigint not null default 0;
alter table vms add column memory_guaranteed_bytes bigint not null default 0;
alter table vms add column vcpu_count integer not null default 0;
alter table vms add column os_type text not null default '';
alter table vms add column bios_type text not null default '';
alter table vms add column custom_emulated_machine text;
alter table vms add column custom_cpu_model text;

update vms set
  memory_bytes = coalesce(cast({{hardware.memoryBytes}} as bigint), 1073741824),
  memory_guaranteed_bytes = coalesce(cast({{hardware.memoryGuaranteedBytes}} as bigint), 1073741824),
  vcpu_count = coalesce(
    cast({{hardware.cpu.sockets}} as integer) * cast({{hardware.cpu.cores}} as integer) * cast({{hardware.cpu.threads}} as integer),
    1
  ),
  os_type = coalesce({{hardware.osType}}, 'other'),
  bios_type = coalesce({{hardware.biosType}}, 'q35_sea_bios'),
  custom_emulated_machine = {{hardware.customEmulatedMachine}},
  custom_cpu_model = {{hardware.customCpuModel}};

drop index vms_by_name;
create index vms_in_order on vms (name, id);
create index vms_by_folded_name on vms (lower(name));
create index vms_by_memory on vms (memory_bytes);
create index vms_by_creation on vms (created_at_ms);
create index vms_by_os on vms (os_type);

alter table vm_runs add column guest_fqdn text;
alter table vm_runs add column cpu_used_percent double precision;
alter table vm_runs add column memory_used_percent double precision;
alter table vm_runs add column elapsed_seconds bigint;

create index vm_runs_by_status on vm_runs (status);
create index vm_runs_by_fqdn on vm_runs (lower(guest_fqdn));

-- What a guest has several of: its addresses (ip), who is logged in (user), what is installed (app).
create table guest_names (
  vm_id text not null references vms (id) on delete cascade,
  kind text not null,
  name text not null,
  primary key (vm_id, kind, name)
);

create index guest_names_by_name on guest_names (kind, lower(name));

alter table templates add column memory_bytes bigint not null default 0;
alter table templates add column memory_guaranteed_bytes bigint not null default 0;
alter table templates add column vcpu_count integer not null default 0;
alter table templates add column os_type text not null default '';
alter table templates add column bios_type text not null default '';
alter table templates add column custom_emulated_machine text;
alter table templates add column custom_cpu_model text;

update templates set
  memory_bytes = coalesce(cast({{hardware.memoryBytes}} as bigint), 1073741824),
  memory_guaranteed_bytes = coalesce(cast({{hardware.memoryGuaranteedBytes}} as bigint), 1073741824),
  vcpu_count = coalesce(
    cast({{hardware.cpu.sockets}} as integer) * cast({{hardware.cpu.cores}} as integer) * cast({{hardware.cpu.threads}} as integer),
    1
  ),
  os_type = coalesce({{hardware.osType}}, 'other'),
  bios_type = coalesce({{hardware.biosType}}, 'q35_sea_bios'),
  custom_emulated_machine = {{hardware.customEmulatedMachine}},
  custom_cpu_model = {{hardware.customCpuModel}};

create index templates_in_order on templates (name, id);
create index templates_by_folded_name on templates (lower(name));

alter table hosts add column memory_bytes bigint;
alter table hosts add column cpu_count integer;
alter table hosts add column cpu_model text;
alter table hosts add column cpu_speed_mhz double precision;
alter table hosts add column agent_version text;
alter table hosts add column active_vm_count integer;
alter table hosts add column migrating_vm_count integer;
alter table hosts add column cpu_used_percent double precision;
alter table hosts add column memory_used_percent double precision;
alter table hosts add column load_percent double precision;

update hosts set
  memory_bytes = cast({{facts.memoryBytes}} as bigint),
  cpu_count = cast({{facts.cpu.threads}} as integer),
  cpu_model = {{facts.cpu.model}},
  cpu_speed_mhz = cast({{facts.cpu.speedMhz}} as double precision),
  agent_version = {{facts.agentVersion}}
where facts is not null;

create index disks_in_order on disks (name, id);
create index disks_by_folded_name on disks (lower(name));
create index disks_by_status on disks (status);
create index disks_by_capacity on disks (capacity_bytes);
create index disks_by_creation on disks (created_at_ms);

create index events_by_severity on events (severity);
create index events_by_time on events (time_ms);
create index events_by_correlation on events (lower(correlation_id));

create index jobs_in_order on jobs (started_at_ms, id);
create index jobs_by_folded_correlation on jobs (lower(correlation_id));
