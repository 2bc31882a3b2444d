import { constants } from "node:os";

/** The name of what the system said, such as ENOENT; `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return undefined;
  // Node has no name for some of them, of which ESTALE is what an NFS client says of an export that was replaced.
  const isNameless = "errno" in error && error.code.startsWith("Unknown system error");
  return isNameless ? namesOfErrors.get(Math.abs(Number(error.errno))) : error.code;
}

const namesOfErrors: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name]),
);

/** Whether that is what the system said, to whoever told us. */
export function isBecauseOf(error: unknown, ...names: readonly string[]): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (names.includes(errnoOf(at) ?? "")) return true;
  return false;
}
