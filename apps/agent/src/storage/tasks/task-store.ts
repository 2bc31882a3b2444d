import { describeError } from "@yagura/std/describe-error.ts";
import { findId, parseId, type TaskId } from "@yagura/std/ids.ts";
import type { Log } from "@yagura/std/log.ts";
import type { DomainPaths } from "@yagura/storage-format";
import * as z from "zod";
import type { PoolId } from "../contract/spm-order.ts";
import { StorageError } from "../errors.ts";
import { replaceText, type StorageFiles } from "../files/storage-files.ts";
import { intentSchema } from "./intent.ts";
import { JournalReserve } from "./journal-reserve.ts";

/** The largest record that is read. */
export const RECORD_BYTES_MAX = 256 * 1024;
const SUFFIX = ".json";

/** One task on the master domain: `master/tasks/ID.json`. A form of our own; vdsm's names functions of its code. */
const recordSchema = z.strictObject({
  format: z.literal(1),
  taskId: z.uuid().transform((text) => parseId<TaskId>(text)),
  poolId: z.uuid().transform((text) => parseId<PoolId>(text)),
  verb: z.string(),
  state: z.enum(["running", "finished"]),
  result: z.enum(["success", "cleanSuccess", "cleanFailure"]).optional(),
  code: z.number().int(),
  message: z.string(),
  intent: intentSchema,
});

export type TaskRecord = z.infer<typeof recordSchema>;

/** The journal of one pool. */
export interface TaskStore {
  write(record: TaskRecord): Promise<void>;
  forget(taskId: TaskId): Promise<void>;
  /** Records that cannot be read are left where they are, and said in the log. */
  list(): Promise<readonly TaskRecord[]>;
  /** Removes what was being written when its writer died. Only for the SPM, and before it writes anything itself. */
  tidy(): Promise<void>;
}

export function openTaskStore(
  { masterTasks: directory, masterReserve }: Pick<DomainPaths, "masterTasks" | "masterReserve">,
  files: StorageFiles,
  log: Log,
): TaskStore {
  const reserve = new JournalReserve(masterReserve, files, log);
  const pathOf = (taskId: TaskId): string => `${directory}/${taskId}${SUFFIX}`;
  return {
    async write(record) {
      const write = () => replaceText(files, pathOf(record.taskId), `${JSON.stringify(record, undefined, 1)}\n`);
      try {
        // Room that a creation took would be missing when it is to be made.
        await (makesRoom(record) ? reserve.spendOn(write) : write());
      } catch (cause) {
        throw new StorageError("TaskMetaDataSaveError", `cannot write down task ${record.taskId}`, { cause });
      }
    },

    async forget(taskId) {
      await files.remove(pathOf(taskId));
      await reserve.keep();
    },

    async list() {
      const records: TaskRecord[] = [];
      for (const name of await files.list(directory)) {
        const taskId = name.endsWith(SUFFIX) ? findId<TaskId>(name.slice(0, -SUFFIX.length)) : undefined;
        if (taskId === undefined) continue;
        try {
          const text = await files.findText(pathOf(taskId), RECORD_BYTES_MAX);
          if (text !== undefined) records.push(recordSchema.parse(JSON.parse(text)));
        } catch (cause) {
          log.error("a task of the master domain cannot be read, and is left alone", {
            taskId,
            error: describeError(cause),
          });
        }
      }
      return records;
    },

    async tidy() {
      await reserve.keep();
      for (const name of await files.list(directory)) {
        if (name.endsWith(`${SUFFIX}.new`)) await files.remove(`${directory}/${name}`);
      }
    },
  };
}

function makesRoom({ intent }: TaskRecord): boolean {
  return intent.kind === "delete-image" || intent.kind === "delete-volumes";
}
