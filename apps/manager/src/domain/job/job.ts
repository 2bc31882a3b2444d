import type { JobStatus } from "@yagura/lifecycles";
import type { Id, JobId, UserId } from "@yagura/std/ids.ts";

export type StepId = Id<"step">;

/** What somebody asked for and what takes time, as he can follow it. */
export interface Job {
  readonly id: JobId;
  /** "Launching VM demo" */
  readonly description: string;
  readonly status: JobStatus;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs?: number;
  readonly ownerId?: UserId;
  readonly correlationId: string;
  readonly isExternal: boolean;
  readonly isAutoCleared: boolean;
  /** Why it failed, for people. */
  readonly failure?: string;
}

export interface Step {
  readonly id: StepId;
  readonly jobId: JobId;
  readonly number: number;
  readonly type: "validating" | "executing" | "finalizing" | "unknown";
  readonly description: string;
  readonly status: JobStatus;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  /** How far it is, as far as whoever does it says. */
  readonly progressPercent?: number;
  /** Another program does it, and says when it has ended. */
  readonly isExternal: boolean;
  /** The step that it is a part of. */
  readonly parentId?: StepId;
}
