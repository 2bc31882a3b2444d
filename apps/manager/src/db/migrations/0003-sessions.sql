-- Who is logged in. Of a token only its hash is kept: whoever reads the database cannot log in with it.

create table sessions (
  token_hash text primary key,
  user_id text not null references users (id),
  kind text not null,
  scope text not null,
  created_at_ms bigint not null,
  last_used_at_ms bigint not null,
  idle_timeout_ms bigint not null,
  expires_at_ms bigint not null
);

create index sessions_of_user on sessions (user_id);
create index sessions_by_end on sessions (expires_at_ms);
