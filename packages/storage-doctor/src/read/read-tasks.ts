import type { DomainPaths } from "@yagura/storage-format";
import type { DomainSnapshot, TaskRecordFacts, TaskSnapshot } from "../snapshot.ts";
import { listFiles, readBytes, readFound } from "./read-file.ts";

const RECORD_BYTES_MAX = 256 * 1024;
const SUFFIX = ".json";

/**
 * The SPM's journal of unfinished work. Read loosely: what a later version writes is still told of, as far as its words
 * are the same. Of vdsm's own tasks, which are directories, only the names are known.
 */
export async function readTasks({
  masterTasks,
}: DomainPaths): Promise<Pick<DomainSnapshot, "tasks" | "unfinishedTasks">> {
  const files = await listFiles(masterTasks);
  const tasks: TaskSnapshot[] = [];
  for (const { name, kind } of files) {
    if (kind === "directory") tasks.push({ name, record: { is: "broken", why: "it is a task of vdsm" } });
    else if (name.endsWith(SUFFIX)) {
      const read = () => readBytes(`${masterTasks}/${name}`, 0, RECORD_BYTES_MAX);
      tasks.push({ name, record: await readFound(read, (bytes) => parseTask(new TextDecoder().decode(bytes))) });
    }
  }
  return { tasks, unfinishedTasks: files.filter(({ name, kind }) => kind === "file" && name.endsWith(".new")) };
}

function parseTask(text: string): TaskRecordFacts {
  const record: unknown = JSON.parse(text);
  if (!isObject(record)) throw new Error("it is no record of a task");
  const intent = isObject(record["intent"]) ? record["intent"] : {};
  const imageId = textOf(intent["imageId"]);
  const ids = [intent["volumeId"], ...(Array.isArray(intent["volumeIds"]) ? intent["volumeIds"] : [])];
  return {
    verb: textOf(record["verb"]) ?? "something unknown",
    state: textOf(record["state"]) ?? "unknown",
    intent: textOf(intent["kind"]) ?? "unknown",
    ...(imageId !== undefined && { imageId }),
    volumeIds: ids.flatMap((id) => textOf(id) ?? []),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
