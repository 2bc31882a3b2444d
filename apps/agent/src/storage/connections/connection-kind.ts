import type { StorageConnection } from "../contract/connections.ts";

/** How one kind of storage is reached. Both calls may be repeated. */
export interface ConnectionKind {
  connect(connection: StorageConnection): Promise<void>;
  disconnect(connection: StorageConnection): Promise<void>;
}
