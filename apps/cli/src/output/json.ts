/** For scripts: members as v4 names them, numbers as numbers, dates in ISO 8601, without links and actions. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(withoutLinks(value), undefined, 2)}\n`;
}

/** The same on one line: one event of many. */
export function formatJsonLine(value: unknown): string {
  return `${JSON.stringify(withoutLinks(value))}\n`;
}

function withoutLinks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLinks);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const { link: _links, actions: _actions, ...rest } = value as Record<string, unknown>;
  return rest;
}
