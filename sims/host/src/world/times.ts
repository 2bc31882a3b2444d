/** How long things take in a simulated host, in milliseconds of its clock. */
export interface Times {
  /** From `VM.create` until the guest runs. */
  readonly launchMs: number;
  /** From then until it is up. */
  readonly bootMs: number;
  /** From then until its guest agent speaks. */
  readonly guestAgentMs: number;
  readonly shutdownMs: number;
  readonly taskMs: number;
  /** A job on a volume, a copy say. */
  readonly jobMs: number;
  /** How long calls are answered with 99 after a restart. */
  readonly recoverMs: number;
}

export const defaultTimes: Times = {
  launchMs: 300,
  bootMs: 1500,
  guestAgentMs: 1000,
  shutdownMs: 1000,
  taskMs: 200,
  jobMs: 200,
  recoverMs: 500,
};
