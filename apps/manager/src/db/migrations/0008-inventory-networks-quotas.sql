-- Networks in full, what limits their use and that of CPUs and storage, and the addresses that VMs get.

-- A VM's NIC takes its address from the pool of its cluster; that of a data center is for its new clusters.
alter table clusters add column mac_pool_id text references mac_pools (id);
update clusters set mac_pool_id = (select mac_pool_id from data_centers where data_centers.id = clusters.data_center_id);
create index clusters_of_mac_pool on clusters (mac_pool_id);

-- A pool may allow an address twice: that there is none twice elsewhere is seen to within the transaction that takes it.
drop index nics_mac;
create index nics_by_mac on nics (mac_address);

-- limits: a JSON document; which there are depends on the type ("storage", "cpu", "network" or "hostnetwork").
create table qoss (
  id text primary key,
  name text not null,
  description text not null,
  data_center_id text not null references data_centers (id),
  type text not null,
  limits text not null,
  unique (data_center_id, type, name)
);

-- vdsm_name: what it is called on hosts. label: of all networks with one label a host's NIC of that label gets all.
alter table networks add column vdsm_name text not null default '';
update networks set vdsm_name = name;
alter table networks add column has_stp integer not null default 0;
alter table networks add column is_port_isolated integer not null default 0;
alter table networks add column name_servers text not null default '[]';
alter table networks add column label text;
alter table networks add column qos_id text references qoss (id);

-- network_filter: the name of libvirt's; none: nothing is filtered.
alter table vnic_profiles add column network_filter text;
alter table vnic_profiles add column qos_id text references qoss (id);
update vnic_profiles set network_filter = 'vdsm-no-mac-spoofing';

create table network_filter_parameters (
  id text primary key,
  nic_id text not null references nics (id) on delete cascade,
  name text not null,
  value text not null
);

create index network_filter_parameters_of_nic on network_filter_parameters (nic_id);

create table cpu_profiles (
  id text primary key,
  name text not null,
  description text not null,
  cluster_id text not null references clusters (id),
  qos_id text references qoss (id),
  unique (cluster_id, name)
);

create table disk_profiles (
  id text primary key,
  name text not null,
  description text not null,
  storage_domain_id text not null references storage_domains (id),
  qos_id text references qoss (id),
  unique (storage_domain_id, name)
);

-- "disabled", "audit" (over the limit is told) or "enabled" (and refused).
alter table data_centers add column quota_mode text not null default 'disabled';

create table quotas (
  id text primary key,
  name text not null,
  description text not null,
  data_center_id text not null references data_centers (id),
  cluster_soft_limit_percent integer not null,
  cluster_hard_limit_percent integer not null,
  storage_soft_limit_percent integer not null,
  storage_hard_limit_percent integer not null,
  is_default integer not null,
  unique (data_center_id, name)
);

-- Of all clusters of the data center together when it names none; likewise of storage domains. No limit: unlimited.
create table quota_cluster_limits (
  id text primary key,
  quota_id text not null references quotas (id),
  cluster_id text references clusters (id),
  vcpu_limit integer,
  memory_limit_bytes bigint
);

create index quota_cluster_limits_of_quota on quota_cluster_limits (quota_id);

create table quota_storage_limits (
  id text primary key,
  quota_id text not null references quotas (id),
  storage_domain_id text references storage_domains (id),
  limit_bytes bigint
);

create index quota_storage_limits_of_quota on quota_storage_limits (quota_id);

-- What uses a quota of its own choice; all others use the default one of their data center.
create table vm_quotas (
  vm_id text primary key references vms (id) on delete cascade,
  quota_id text not null references quotas (id)
);

create table disk_quotas (
  disk_id text primary key references disks (id) on delete cascade,
  quota_id text not null references quotas (id)
);
