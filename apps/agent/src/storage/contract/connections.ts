// Connections: StoragePool.connectStorageServer.
import type { StorageType } from "@yagura/storage-format";

export interface StorageConnections {
  /** Never rejects because of one connection: each has its own status. Repeating is harmless. */
  connect(wanted: readonly StorageConnection[]): Promise<readonly ConnectionStatus[]>;
  disconnect(gone: readonly StorageConnection[]): Promise<readonly ConnectionStatus[]>;
}

export interface StorageConnection {
  readonly connectionId: string;
  readonly type: StorageType;
  /**
   * LOCALFS: an absolute path on this host. NFS: `server:/export`, an IPv6 address in brackets. POSIXFS: whatever `mount`
   * takes for its type, a device or a directory for instance.
   */
  readonly path: string;
  /** How it is mounted; nothing here concerns LOCALFS. */
  readonly mount?: MountParameters;
}

export interface MountParameters {
  /** POSIXFS: the type of file system, as `mount -t` takes it. */
  readonly vfsType?: string;
  /** More options, separated by commas. */
  readonly options?: string;
  /** NFS: by default what client and server agree on. */
  readonly nfsVersion?: "auto" | "3" | "4" | "4.0" | "4.1" | "4.2";
  /** NFS: how long the first attempt of a request lasts; by default 100, which is ten seconds. */
  readonly timeoutDeciseconds?: number;
  /** NFS: attempts after the first; by default 3. */
  readonly retransmissions?: number;
}

export interface ConnectionStatus {
  readonly connectionId: string;
  /** 0, or the code of what went wrong. */
  readonly status: number;
  /** Why it is not connected, in words for whoever gave the connection. */
  readonly message?: string;
  readonly error?: unknown;
}
