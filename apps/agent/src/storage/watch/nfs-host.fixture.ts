// A host as far as it has storage: connects exports, makes a domain's metadata on each, watches them, and prints what it
// sees, a line of JSON each time. Arguments: the repository, then a domain's id and an export, again and again.
import { readFile, stat } from "node:fs/promises";
import { systemClock } from "@yagura/std/clock.ts";
import { parseId, type StorageDomainId } from "@yagura/std/ids.ts";
import { openLog } from "@yagura/std/log.ts";
import { MiB } from "@yagura/std/units.ts";
import {
  connectionPath,
  defaultLeaseParameters,
  domainPaths,
  formatDomainMetadata,
  mountsPath,
} from "@yagura/storage-format";
import { rootCallsInProcess } from "../../root/in-process.ts";
import { readMounts } from "../../root/mount-table.ts";
import { openConnectionKinds } from "../connections/connection-kinds.ts";
import { openConnections } from "../connections/connections.ts";
import { MountedStorage } from "../connections/mounted-storage.ts";
import { openWantedMounts } from "../connections/wanted-mounts.ts";
import { KnownDomains } from "../domains/known-domains.ts";
import { Mounts } from "../files/mounts.ts";
import { openStorageFiles, replaceText } from "../files/storage-files.ts";
import { spawnFileChild } from "../tools/spawn-file-child.ts";
import { DomainWatch } from "./domain-watch.ts";

const [repositoryPath = "", ...rest] = process.argv.slice(2);
const wanted = rest.flatMap((id, index) =>
  index % 2 === 0 ? [{ id: parseId<StorageDomainId>(id), path: rest[index + 1] ?? "" }] : [],
);

const log = openLog("nfs-host");
const mountsDirectory = mountsPath(repositoryPath);
const root = rootCallsInProcess(true, mountsDirectory);
const own = openStorageFiles(root);
await own.makeDirectory(mountsDirectory);
const pids = new Map<string, number>();
const mounts = new Mounts({
  mountsDirectory,
  clock: systemClock,
  spawnChild: (mountPath) => spawnFileChild(mountPath, (pid) => pids.set(mountPath, pid)),
});
const files = mounts.route(own);
const known = new KnownDomains(repositoryPath, files);
const mounted = new MountedStorage({
  clock: systemClock,
  log,
  root,
  mountsDirectory,
  mounts,
  wantedMounts: openWantedMounts({ path: `${repositoryPath}/mounts.json`, log }),
  readMounts,
  isInUse: () => false,
});
const kinds = openConnectionKinds({ repositoryPath, files, mounted, log, readMounts, canMount: true });
const connections = openConnections({ kinds, known, log });

const statuses = await connections.connect(wanted.map(({ id, path }) => ({ connectionId: id, type: "NFS", path })));
say({ statuses: statuses.map(({ status }) => status) });
for (const { id, path } of wanted) await makeMetadata(id, path);

const watch = new DomainWatch({
  clock: systemClock,
  log,
  known,
  listDomains: () => wanted.map(({ id }) => id),
  lookFiles: mounts.routeLooks(own),
  heal: (path, error) => mounted.heal(path, error),
});
watch.onChange((domainId, isValid) => say({ changed: domainId, isValid }));
setInterval(() => say({ vitals: Object.fromEntries(watch.vitals()), pids: Object.fromEntries(pids) }), 1_000);
await watch.watch(new AbortController().signal);

async function makeMetadata(domainId: StorageDomainId, remotePath: string): Promise<void> {
  const paths = domainPaths(`${connectionPath(repositoryPath, remotePath)}/${domainId}`);
  if ((await files.find(paths.domainMetadata)) !== undefined) return;
  await files.makeDirectory(paths.control);
  const metadata = formatDomainMetadata({
    domainId,
    version: 5,
    type: "NFS",
    class: "Data",
    role: "Regular",
    description: "data",
    poolIds: [],
    remotePath,
    blockSizeBytes: 512,
    alignmentBytes: MiB,
    lease: defaultLeaseParameters,
    lockPolicy: "",
    foreign: new Map(),
  });
  await replaceText(files, paths.domainMetadata, metadata);
  const { uid, gid } = await stat(paths.domainMetadata);
  say({ made: (await readFile(paths.domainMetadata, "utf8")) === metadata, owner: `${uid}:${gid}` });
}

function say(what: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
