/** The whole chain of causes in one line: "cannot extend volume …: lvextend exited with 5: insufficient free space". */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message === "" ? error.name : error.message;
  if (error instanceof AggregateError && error.errors.length > 0) {
    return `${own}: ${error.errors.map(describeError).join("; ")}`;
  }
  return error.cause === undefined ? own : `${own}: ${describeError(error.cause)}`;
}
