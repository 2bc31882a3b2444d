-- Work of other programs that is shown beside ours, with steps of their own; and events that are put away without being forgotten.

alter table steps add column is_external integer not null default 0;
alter table steps add column parent_id text;

alter table events add column is_hidden integer not null default 0;
alter table events add column custom_data text;

create index events_by_custom_id on events (origin, custom_id);
create index jobs_by_end on jobs (ended_at_ms);
create index jobs_by_owner on jobs (owner_id, started_at_ms);
