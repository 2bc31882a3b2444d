import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const archive = fileURLToPath(new URL("../fixtures/storage-domain-v5.tar.gz", import.meta.url));
const domain = "v5/25051c06-9995-42b3-a4ca-57ed9516e67d";

/** The text of one file of the domain that a real vdsm wrote, straight from the archive (with GNU's sparse files). */
export function goldenFile(path: string): string {
  return execFileSync("tar", ["-xzOf", archive, `${domain}/${path}`], { encoding: "utf8" });
}
