/** A document for scripts: without links and actions, dates in ISO 8601. */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  const { link: _links, actions: _actions, ...rest } = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(rest).flatMap(([name, member]) => (member === undefined ? [] : [[name, plainValue(member)]])),
  );
}
