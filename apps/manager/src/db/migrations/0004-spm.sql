-- Which host changes the structure of a data center's storage, under which version of its lease (the epoch), since when and why;
-- which host is becoming it; which one an administrator asked for; and how long the hosts wait for the storage to answer.

alter table data_centers add column spm_epoch bigint;
alter table data_centers add column spm_since_ms bigint;
alter table data_centers add column spm_reason text;
alter table data_centers add column spm_contender_id text;
alter table data_centers add column spm_wish_id text;
alter table data_centers add column io_timeout_seconds integer not null default 10;
