export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

/** "1.5 GiB": for people, never to be parsed again. */
export function formatBytes(bytes: number): string {
  for (const [unit, name] of [
    [TiB, "TiB"],
    [GiB, "GiB"],
    [MiB, "MiB"],
    [KiB, "KiB"],
  ] as const) {
    if (bytes >= unit) return `${(bytes / unit).toFixed(1).replace(/\.0$/, "")} ${name}`;
  }
  return `${bytes} B`;
}

/** "2 min 5 s" or "0.4 s": for people. */
export function formatDuration(durationMs: number): string {
  const seconds = durationMs / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
