-- What administrators group, mark and describe their inventory with: tags, affinity, bookmarks, icons, instance types.

create table tags (
  id text primary key,
  name text not null unique,
  description text not null,
  -- None: it is the root, of which there is one.
  parent_id text references tags (id)
);

create index tags_of_parent on tags (parent_id);

-- What bears a tag: object_type as in permissions, or "user" and "group".
create table tag_assignments (
  tag_id text not null references tags (id),
  object_type text not null,
  object_id text not null,
  primary key (tag_id, object_type, object_id)
);

create index tag_assignments_of_object on tag_assignments (object_type, object_id);

create table affinity_groups (
  id text primary key,
  name text not null unique,
  description text not null,
  cluster_id text not null references clusters (id),
  priority double precision not null,
  -- "disabled", "positive" (together) or "negative" (apart); enforcing: rather not at all than otherwise.
  vms_rule text not null,
  vms_enforcing integer not null,
  hosts_rule text not null,
  hosts_enforcing integer not null
);

create index affinity_groups_of_cluster on affinity_groups (cluster_id);

-- kind: "vm", "host", "vm_label" or "host_label".
create table affinity_group_members (
  affinity_group_id text not null references affinity_groups (id),
  kind text not null,
  member_id text not null,
  primary key (affinity_group_id, kind, member_id)
);

create index affinity_group_members_by_member on affinity_group_members (kind, member_id);

create table affinity_labels (
  id text primary key,
  name text not null unique
);

-- kind: "vm" or "host".
create table affinity_label_members (
  affinity_label_id text not null references affinity_labels (id),
  kind text not null,
  member_id text not null,
  primary key (affinity_label_id, kind, member_id)
);

create index affinity_label_members_by_member on affinity_label_members (kind, member_id);

create table bookmarks (
  id text primary key,
  name text not null unique,
  value text not null
);

-- Icons that somebody has sent; those of operating systems come with the product. data: base64, its hash makes it unique.
create table icons (
  id text primary key,
  media_type text not null,
  data text not null,
  hash text not null unique
);

alter table vms add column small_icon_id text;
alter table vms add column large_icon_id text;
alter table templates add column small_icon_id text;
alter table templates add column large_icon_id text;

-- Its hardware as a VM has it, its NICs as a JSON document.
create table instance_types (
  id text primary key,
  name text not null unique,
  description text not null,
  comment text not null,
  hardware text not null,
  nics text not null,
  created_at_ms bigint not null
);

alter table vms add column instance_type_id text references instance_types (id);
