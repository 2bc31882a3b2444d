/** Levels of oVirt clusters that a host can serve. vdsm lib/vdsm/dsaversion.py.in */
export function clusterLevels(versions: { readonly libvirt: string; readonly qemu: string }): string[] {
  const levels = ["4.2", "4.3", "4.4", "4.5", "4.6"];
  if (isAtLeast(versions.libvirt, "8.0")) levels.push("4.7");
  if (isAtLeast(versions.libvirt, "10.10") && isAtLeast(versions.qemu, "9.1")) levels.push("4.8");
  return levels;
}

/** Compares versions such as "10.10.0" number by number. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split(".").map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const other = have?.[index] ?? 0;
    if (other !== part) return other > part;
  }
  return true;
}
