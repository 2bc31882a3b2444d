/** `{ key: value }`, or nothing at all when there is no value: for spreading into an object with optional fields. */
export function optional<Key extends string, T>(key: Key, value: T | undefined): { [K in Key]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: T };
}
