import { access } from "node:fs/promises";

/** Whether something is at this path, as far as we may see. A moment later it may be otherwise. */
export function pathExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
