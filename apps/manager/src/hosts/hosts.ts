import type { AgentCalls } from "@yagura/agent-protocol";
import type { HostId } from "@yagura/std/ids.ts";

/** There is no connection to the host now. What runs on it goes on; what was asked of it is unknown. */
export class HostUnreachable extends Error {
  override readonly name = "HostUnreachable";
  readonly retryable = true;
  readonly hostId: HostId;

  constructor(hostId: HostId, options?: ErrorOptions) {
    super(`host ${hostId} cannot be reached`, options);
    this.hostId = hostId;
  }
}

export interface HostLink {
  readonly isOpen: boolean;
  /** On the monotonic clock: since when it is as it is. */
  readonly sinceMs: number;
  /** Counts the connections: another number means that what was known of the host may have changed meanwhile. */
  readonly generation: number;
  /** Why there is no connection. */
  readonly problem?: string;
}

/** The hosts as the Manager reaches them: one connection each, made again when it ends. */
export interface Hosts {
  /** @throws HostUnreachable */
  calls(hostId: HostId): AgentCalls;
  /** `undefined`: no connection is wanted to this host. */
  linkOf(hostId: HostId): HostLink | undefined;
  /** For streams of disk data, over the same port as the calls; authenticated as the Manager. @throws HostUnreachable */
  putImage(hostId: HostId, upload: ImageUpload): Promise<void>;
}

/** The content of one volume, as it is stored. */
export interface ImageUpload {
  readonly dataCenterId: string;
  readonly storageDomainId: string;
  readonly imageId: string;
  readonly volumeId: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  readonly onProgress?: (sentBytes: number) => void;
}
