-- How hosts are admitted: docs/protocols/registration.md.

-- Beside a host's key (hosts.key_fingerprint): its certificate, and the key before the last renewal.
create table host_certificates (
  host_id text primary key references hosts (id) on delete cascade,
  previous_key_fingerprint text,
  certificate text
);

-- Who waits for an administrator. key_fingerprint is empty for a request of the old protocol.
create table host_requests (
  host_id text not null references hosts (id) on delete cascade,
  key_fingerprint text not null,
  name text not null,
  address text not null,
  port integer not null,
  source text not null,
  first_seen_at_ms bigint not null,
  last_seen_at_ms bigint not null,
  primary key (host_id, key_fingerprint)
);

alter table host_tickets add column used_by_key text;
alter table host_tickets add column revoked_at_ms bigint;
