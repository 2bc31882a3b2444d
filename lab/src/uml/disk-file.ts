import { open } from "node:fs/promises";

/** Makes an empty disk for hosts: a file that takes room only for what is written. */
export async function createDiskFile(path: string, bytes: number): Promise<void> {
  await using file = await open(path, "wx");
  await file.truncate(bytes);
}
