// node tell-first-change.ts OUTPUT DOMAIN…: runs on the NFS server; writes a line when it looks, and another one with the
// first path that changes below the journals or the images of these domains. Then it ends.
import { constants, openSync, watch, writeSync } from "node:fs";

const [output = "", ...domains] = process.argv.slice(2);
const file = openSync(output, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_SYNC);
for (const domain of domains) {
  watch(domain, { recursive: true }, (_, path) => {
    if (path === null || !/^(master\/tasks|images)\b/.test(path)) return;
    writeSync(file, `${path}\n`);
    process.exit();
  });
}
writeSync(file, "it looks\n");
