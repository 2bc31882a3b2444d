-- Users as their directory has them, groups, roles of one's own, and the SSO's clients, codes and keys.

alter table users add column namespace text not null default '*';
alter table users add column external_id text not null default '';
alter table users add column department text not null default '';
update users set external_id = id;
create unique index users_by_external_id on users (domain, namespace, external_id);

-- Not "groups": that is a word of SQL. The built-in group of everybody has no domain.

create table user_groups (
  id text primary key,
  name text not null,
  domain text not null,
  namespace text not null,
  external_id text not null,
  unique (domain, namespace, name),
  unique (domain, namespace, external_id)
);

create table group_members (
  group_id text not null references user_groups (id),
  user_id text not null references users (id),
  primary key (group_id, user_id)
);

create index group_members_of_user on group_members (user_id);

create table user_options (
  id text primary key,
  user_id text not null references users (id),
  name text not null,
  content text not null,
  unique (user_id, name)
);

create table ssh_public_keys (
  id text primary key,
  user_id text not null unique references users (id),
  content text not null
);

alter table roles add column shows_children integer not null default 0;

-- A permission is given to a user or to a group.

create table given_permissions (
  id text primary key,
  principal_type text not null,
  principal_id text not null,
  role_id text not null references roles (id),
  object_type text not null,
  object_id text not null,
  unique (principal_id, role_id, object_type, object_id)
);

insert into given_permissions (id, principal_type, principal_id, role_id, object_type, object_id)
  select id, 'user', user_id, role_id, object_type, object_id from permissions;
drop table permissions;
alter table given_permissions rename to permissions;
create index permissions_of_object on permissions (object_type, object_id);
create index permissions_of_role on permissions (role_id);

-- Tokens are told apart by whom they were issued to, and those that were issued together end together.

alter table sessions add column client_id text not null default '';
alter table sessions add column family_id text not null default '';
create index sessions_of_family on sessions (family_id);

create table sso_clients (
  id text primary key,
  secret_hash text,
  redirect_uris text not null,
  created_at_ms bigint not null
);

create table sso_codes (
  code_hash text primary key,
  client_id text not null,
  user_id text not null references users (id),
  redirect_uri text not null,
  scope text not null,
  nonce text,
  code_challenge text,
  authenticated_at_ms bigint not null,
  expires_at_ms bigint not null,
  family_id text not null,
  is_used integer not null
);

create table sso_keys (
  id text primary key,
  private_key text not null,
  created_at_ms bigint not null
);
