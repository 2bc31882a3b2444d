/** A local data center has one host, whose directories are its storage. */
export function storageWord(isLocal: boolean | undefined): string | undefined {
  return isLocal === undefined ? undefined : isLocal ? "local" : "shared";
}
