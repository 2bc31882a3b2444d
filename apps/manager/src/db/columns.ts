/** `{ key: value }`, or nothing when the column is null: absence is `undefined` in the domain. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | null | undefined,
): { readonly [K in Key]?: Value } {
  return (value === null || value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}

export function toBit(value: boolean): number {
  return value ? 1 : 0;
}

/** `undefined` for null; what we wrote ourselves is not checked again. */
export function parseDocument<T>(text: string | null): T | undefined {
  return text === null ? undefined : (JSON.parse(text) as T);
}

export function formatDocument(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** The changes as columns: what is absent stays as it is; `null` empties a column. */
export function definedOnly<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<T>;
}
