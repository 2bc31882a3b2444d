import { join } from "node:path";

/** What lies where below the data directory. */
export interface Layout {
  readonly root: string;
  readonly manager: string;
  readonly agent: string;
  readonly libvirt: string;
  readonly storage: string;
  readonly cache: string;
  readonly log: string;
  readonly run: string;
  readonly adminPassword: string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    manager: join(root, "manager"),
    agent: join(root, "agent"),
    libvirt: join(root, "libvirt"),
    storage: join(root, "storage"),
    cache: join(root, "cache"),
    log: join(root, "log"),
    run: join(root, "run"),
    adminPassword: join(root, "admin-password"),
  };
}
