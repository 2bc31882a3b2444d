import type { BackgroundTask } from "../driver.ts";

/** Goes on with sagas that nobody drives: after a restart of the Manager, or after the database was away. */
export function recoverSagas(): BackgroundTask<{ recovered: number }> {
  return {
    name: "recover-sagas",
    periodMs: 5000,
    activate: async ({ sagas }) => ({ recovered: await sagas.recover() }),
  };
}
