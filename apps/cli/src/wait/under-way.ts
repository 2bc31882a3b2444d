import type { Job } from "@yagura/rest-client";

/** What the Manager calls a step of which it has nothing more to say. */
const nothingMore = "Executing";

/** What the step that runs does, or waits for: "Waiting for storage domain data2", "Copying the disk, 40 %". */
export function underWay({ status, steps = [] }: Job): string | undefined {
  if (status !== "started") return undefined;
  const step = steps.findLast((each) => each.status === "started");
  const what = step?.description === nothingMore ? undefined : step?.description;
  const percent = step?.progress === undefined || step.progress === 0 ? undefined : `${step.progress} %`;
  return [what, percent].filter(Boolean).join(", ") || undefined;
}
