// node lab/src/start-libvirtd.ts DIRECTORY: a private libvirtd in whatever network namespace this is run in.
import { startPrivateLibvirtd } from "./private-libvirtd.ts";

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write("usage: node lab/src/start-libvirtd.ts DIRECTORY\n");
  process.exitCode = 2;
} else {
  process.stdout.write(`${JSON.stringify(await startPrivateLibvirtd(directory))}\n`);
}
