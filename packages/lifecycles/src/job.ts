export type JobStatus = "started" | "finished" | "failed" | "aborted" | "unknown";
