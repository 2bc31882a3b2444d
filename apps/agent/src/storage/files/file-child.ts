import type { FromChild, ToChild } from "./worker/messages.ts";

/** A process that does file operations on one mount, and can be killed. Tests have scripted ones. */
export interface FileChild {
  send(message: ToChild): void;
  onMessage(take: (message: FromChild) => void): void;
  /** Resolves, with what is known of why, when it is gone. */
  readonly ended: Promise<string>;
  kill(): void;
}
