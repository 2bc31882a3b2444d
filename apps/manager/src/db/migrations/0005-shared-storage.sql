-- How shared storage is mounted. None of it: as the host's defaults have it.

alter table storage_connections add column nfs_version text;
alter table storage_connections add column nfs_timeout_deciseconds integer;
alter table storage_connections add column nfs_retransmissions integer;
alter table storage_connections add column mount_options text;
alter table storage_connections add column vfs_type text;

-- How far long work is, as far as whoever does it says.

alter table steps add column progress_percent integer;
