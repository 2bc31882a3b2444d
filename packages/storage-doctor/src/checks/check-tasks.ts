import { type Finding, finding } from "../finding.ts";
import type { DomainSnapshot, TaskRecordFacts } from "../snapshot.ts";

/** The SPM's journal: what was being done, and what the next SPM will do. Finished tasks wait for the Manager only. */
export function checkTasks({ tasks }: DomainSnapshot): Finding[] {
  return tasks.flatMap(({ name, record }) => {
    if (record.is === "broken") {
      return [finding("unreadable-task", `master/tasks/${name} cannot be read: ${record.why}`)];
    }
    if (record.is === "missing" || record.value.state === "finished") return [];
    return [finding("unfinished-task", `${name.replace(/\.json$/, "")}: ${describeTask(record.value)}`)];
  });
}

const deeds: Readonly<Record<string, string>> = {
  "create-volume": "a volume was being made; if it is not whole it will be removed",
  "delete-volumes": "volumes were being deleted; the rest of them will be",
  "delete-image": "an image was being deleted; what is left of it will be",
};

function describeTask({ verb, intent, imageId, volumeIds }: TaskRecordFacts): string {
  const volumes = volumeIds.length === 0 ? "" : `, volume ${volumeIds.join(", ")}`;
  const where = imageId === undefined ? "" : ` (image ${imageId}${volumes})`;
  return `${deeds[intent] ?? `${intent} was being done (${verb}); it will be settled`}${where}`;
}
