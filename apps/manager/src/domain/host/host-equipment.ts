/** What one node of a host's memory has. */
export interface HostNumaNode {
  readonly index: number;
  readonly memoryBytes: number;
  readonly cpus: readonly number[];
}

export interface HostAddresses {
  readonly ipv4?: { readonly address: string; readonly netmask?: string; readonly gateway?: string };
  /** Without the length of their prefix. */
  readonly ipv6: readonly string[];
}

/** A physical interface of a host. */
export interface HostNic extends HostAddresses {
  readonly name: string;
  readonly macAddress?: string;
  /** None: it has no link, or does not say. */
  readonly speedMbps?: number;
  readonly mtuBytes?: number;
}

/** A network that a host has, by its name there. */
export interface HostNetwork extends HostAddresses {
  readonly name: string;
  /** The interface over which it leaves the host. */
  readonly nicName?: string;
  readonly isBridged: boolean;
}

/** Counted since the host started. */
export interface HostNicUse {
  readonly name: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedErrors: number;
  readonly sentErrors: number;
  readonly receivedDropped: number;
  readonly sentDropped: number;
}

export interface HostNumaNodeUse {
  readonly index: number;
  readonly memoryFreeBytes: number;
}
