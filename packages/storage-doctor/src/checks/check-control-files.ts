import { type DomainMetadata, domainPaths, specialFiles } from "@yagura/storage-format";
import { type Finding, finding } from "../finding.ts";
import { type DomainSnapshot, type FileFacts, valueIn } from "../snapshot.ts";
import { isShared } from "./is-shared.ts";

const mailboxes = ["inbox", "outbox"] as const;

/** The files of `dom_md` by which hosts agree: mailboxes, and on shared storage the leases. */
export function checkControlFiles(snapshot: DomainSnapshot): Finding[] {
  const metadata = valueIn(snapshot.metadata);
  if (metadata === undefined) return [];
  return [
    ...mailboxes.flatMap((name) => checkMailbox(snapshot, name)),
    ...["ids", "leases"].flatMap((name) =>
      findControl(snapshot, name) === undefined ? [finding("control-file-missing", `there is no dom_md/${name}`)] : [],
    ),
    ...(isShared(metadata) ? checkLeases(snapshot, metadata) : []),
  ];
}

function checkMailbox(snapshot: DomainSnapshot, name: (typeof mailboxes)[number]): Finding[] {
  const path = `${domainPaths(snapshot.path).control}/${name}`;
  const file = findControl(snapshot, name);
  const sizeBytes = specialFiles[name];
  const repair = { do: "lengthen", path, sizeBytes } as const;
  if (file === undefined) return [finding("control-file-missing", `there is no dom_md/${name}`, { repair })];
  if (file.sizeBytes >= sizeBytes) return [];
  const what = `dom_md/${name} has ${file.sizeBytes} bytes of ${sizeBytes}`;
  return [finding("control-file-truncated", what, { repair })];
}

function checkLeases({ lockspace, spmLease }: DomainSnapshot, { domainId, role }: DomainMetadata): Finding[] {
  const found: Finding[] = [];
  if (lockspace.is === "broken") found.push(finding("lockspace-broken", `dom_md/ids is broken: ${lockspace.why}`));
  if (lockspace.is === "missing") found.push(finding("lockspace-broken", "dom_md/ids has no lockspace"));
  const name = valueIn(lockspace)?.name;
  if (name !== undefined && name !== domainId) {
    found.push(finding("lockspace-foreign", `dom_md/ids is the lockspace of ${JSON.stringify(name)}`));
  }
  if (spmLease.is === "broken") found.push(finding("spm-lease-broken", `the SPM's lease is broken: ${spmLease.why}`));
  // Only a master needs one; oVirt makes one on each.
  if (spmLease.is === "missing" && role === "Master") {
    found.push(finding("spm-lease-broken", "there is no lease for the SPM in dom_md/leases"));
  }
  const lease = valueIn(spmLease);
  if (lease !== undefined && lease.lockspace !== domainId) {
    found.push(finding("spm-lease-broken", `the SPM's lease is one of ${JSON.stringify(lease.lockspace)}`));
  }
  return found;
}

function findControl({ control }: DomainSnapshot, name: string): FileFacts | undefined {
  return control.find((file) => file.name === name);
}
