/**
 * Everything the doctor knows to find: how bad it is, what it means for the data, and what repairs it. The names are part
 * of the JSON that scripts read.
 *
 *   harm      data may be lost, or a guest cannot use its disk
 *   disorder  nothing is lost, but something is not as it should be
 *   notice    how it is on a healthy domain too, for a while
 */
export const findingKinds = {
  "domain-metadata-missing": {
    severity: "harm",
    meaning: "No host takes this directory for a domain. The disks in it are untouched.",
    remedy: "Restore dom_md/metadata from a backup, or from dom_md/metadata.new if that lies there whole.",
  },
  "domain-metadata-broken": {
    severity: "harm",
    meaning: "No host opens the domain. The disks in it are untouched.",
    remedy:
      "Restore dom_md/metadata from a backup; whoever edited it by hand has to set _SHA_CKSUM right, or to leave it out.",
  },
  "domain-version-unknown": {
    severity: "harm",
    meaning: "No host uses a domain of this version.",
    remedy: "Versions 3 to 5 are read. A domain of another one needs the software that made it.",
  },
  "domain-id-differs": {
    severity: "harm",
    meaning: "The directory was renamed or copied: hosts refuse it, since two domains with one id would be confused.",
    remedy: "Rename the directory to the id that the metadata has, if no other copy of the domain is in use.",
  },
  "two-masters": {
    severity: "harm",
    meaning:
      "Both domains say that they have the pool's journal. The Manager knows which one is right: the one with the higher version.",
    remedy: "Activate the data center: its SPM takes the role from the other.",
  },
  "master-without-pool": {
    severity: "disorder",
    meaning: "The domain has the role of a master, but belongs to no data center. Its disks are untouched.",
    remedy: "Attach it to a data center: its role is set anew then.",
  },
  "several-pools": {
    severity: "harm",
    meaning: "Two data centers may both write to the domain, and each believes that it is alone.",
    remedy: "Detach it from all but one data center.",
  },
  "lease-geometry-impossible": {
    severity: "harm",
    meaning: "No lease can be found, so no host can join the domain.",
    remedy:
      "ALIGNMENT and BLOCK_SIZE in dom_md/metadata must be what the domain was made with: mostly 1048576 and 512.",
  },
  "control-file-missing": {
    severity: "harm",
    meaning: "Hosts cannot use the domain: they find no place for their leases or messages. The disks are untouched.",
    remedy:
      "Make it again while no host uses the domain (mailboxes: the doctor does it; leases: by forcing the master role anew).",
  },
  "control-file-truncated": {
    severity: "disorder",
    meaning: "Hosts with high numbers find no place in it. The disks are untouched.",
    remedy: "It is made longer; what is in it stays.",
  },
  "lockspace-broken": {
    severity: "harm",
    meaning: "Hosts cannot join the domain, so nothing can be started on it. The disks are untouched.",
    remedy: "While no host uses the domain: sanlock direct init -s DOMAIN:0:PATH/dom_md/ids:0",
  },
  "lockspace-foreign": {
    severity: "harm",
    meaning: "The leases are those of another domain: the directory was copied. Hosts refuse to join.",
    remedy: "While no host uses the domain: sanlock direct init -s DOMAIN:0:PATH/dom_md/ids:0",
  },
  "spm-lease-broken": {
    severity: "harm",
    meaning: "No host can become SPM, so nothing can be created or deleted. Guests that run go on.",
    remedy: "While no host uses the domain: sanlock direct init -r DOMAIN:SDM:PATH/dom_md/leases:1048576",
  },
  "lease-index-broken": {
    severity: "harm",
    meaning: "Leases of guests on this domain cannot be found: such guests do not start.",
    remedy: "Have the Manager rebuild the leases of the domain. The leases themselves lie behind the index.",
  },
  "lease-index-updating": {
    severity: "disorder",
    meaning:
      "Somebody began to make or rebuild the index and did not finish. Guests with leases on this domain do not start.",
    remedy: "Have the Manager rebuild the leases of the domain.",
  },
  "lease-record-half-made": {
    severity: "disorder",
    meaning: "A lease was begun and not finished: it counts as missing. A guest that has it does not start.",
    remedy: "Create the lease again: the same place is used.",
  },
  "lease-record-broken": {
    severity: "disorder",
    meaning: "One place of the index cannot be read; the leases at other places are not affected.",
    remedy: "Have the Manager rebuild the leases of the domain.",
  },
  "lease-not-where-indexed": {
    severity: "harm",
    meaning: "A guest's lease is not where the index says: the guest does not start.",
    remedy: "Have the Manager rebuild the leases of the domain, or delete and create this lease.",
  },
  "volume-metadata-missing": {
    severity: "harm",
    meaning:
      "There are bytes that no record explains: what is left of a volume that was begun or half deleted, or a disk whose record was lost.",
    remedy: "If it is somebody's disk, restore its .meta from a backup. The doctor deletes no data.",
  },
  "volume-metadata-broken": {
    severity: "harm",
    meaning: "The disk cannot be used until its record is right again. Its bytes are untouched.",
    remedy: "Restore the .meta from a backup, or write it by hand: at most 512 bytes of KEY=VALUE, then EOF.",
  },
  "volume-of-another-domain": {
    severity: "harm",
    meaning: "The volume was copied here by hand, and says that it belongs elsewhere. Hosts may refuse it.",
    remedy: "Correct DOMAIN and IMAGE in its .meta if the copy is wanted; else delete it.",
  },
  "content-missing": {
    severity: "harm",
    meaning: "The record of a volume is there, but its bytes are not: they are lost, or were never written.",
    remedy: "If the volume is ILLEGAL it was never finished: delete it. Else restore the file from a backup.",
  },
  "content-not-a-file": {
    severity: "harm",
    meaning: "Where the bytes should be is something else, a link for example. Hosts do not follow it.",
    remedy: "Put the file itself there.",
  },
  "wrong-format": {
    severity: "harm",
    meaning: "The bytes are not of the format that the record says: a guest would read garbage.",
    remedy: "Find out by `qemu-img info` what the file is, and set FORMAT in the .meta to it (RAW or COW).",
  },
  "content-damaged": {
    severity: "harm",
    meaning: "QEMU finds that the image is broken inside: parts of the disk may be lost.",
    remedy: "Stop the guest, keep a copy, then `qemu-img check -r all` on the file. Prefer a backup.",
  },
  "capacity-differs": {
    severity: "disorder",
    meaning: "The record and the image disagree about how large the disk is. The guest sees what the image says.",
    remedy: "Extend the disk by the Manager: both are set then. Never make the image smaller.",
  },
  "raw-truncated": {
    severity: "harm",
    meaning: "The file is shorter than the disk: what was behind its end is lost, or was never written.",
    remedy: "Restore it from a backup, or make it longer with `truncate` if that part was empty.",
  },
  "data-elsewhere": {
    severity: "harm",
    meaning:
      "The image keeps its data in a file of its choice. Nothing of ours makes such images; it could name any file of a host.",
    remedy: "Convert it by `qemu-img convert` to an image of its own, after looking at what it names.",
  },
  "parent-missing": {
    severity: "harm",
    meaning: "The volume stands on another one that is not there: the disk cannot be read as a whole.",
    remedy:
      "Restore the parent from a backup. If the image itself stands on another volume that is there, the doctor corrects the record.",
  },
  "parent-differs": {
    severity: "harm",
    meaning: "The record and the image name different volumes below. QEMU reads what the image names.",
    remedy:
      "Mostly a merge that was interrupted: finish it by the Manager. What the image names is what the guest saw.",
  },
  "chain-loop": {
    severity: "harm",
    meaning: "Volumes stand on each other in a circle: one of the records is wrong.",
    remedy: "Compare PUUID in the .meta files with what `qemu-img info` says of the images.",
  },
  "raw-with-parent": {
    severity: "harm",
    meaning: "A raw volume cannot stand on another. One of FORMAT and PUUID in the record is wrong.",
    remedy: "Find out by `qemu-img info` what the file is, and correct the .meta.",
  },
  "backing-outside": {
    severity: "harm",
    meaning:
      "The image stands on a file outside of its own directory: elsewhere, or on another host, the disk cannot be read.",
    remedy: "While no guest uses it: `qemu-img rebase -u -b PARENT -F FORMAT` with the plain name of the parent.",
  },
  "role-differs": {
    severity: "disorder",
    meaning:
      "The record says wrongly whether others stand on the volume. The bytes are right; operations may be refused.",
    remedy: "VOLTYPE in the .meta is set to what the chain says.",
  },
  "several-leaves": {
    severity: "harm",
    meaning: "The image has more than one end: which of them a guest would use is not clear.",
    remedy: "The Manager knows the active volume of the disk. An unfinished snapshot can be deleted.",
  },
  "illegal-volume": {
    severity: "harm",
    meaning:
      "Something was changing the volume and did not finish: what is in it is not known to be right. No guest starts on it.",
    remedy:
      "Repeat the operation, or delete the volume. Set it legal by the Manager only if you know that its bytes are whole.",
  },
  "template-link-broken": {
    severity: "disorder",
    meaning: "The disk has a copy of its template of its own, or the template is gone. The disk itself can be read.",
    remedy: "Nothing has to be done for the guest. The space is only freed with the disk.",
  },
  "volume-lease-missing": {
    severity: "disorder",
    meaning: "No host can change this volume under its lease: copying to it or merging is refused. Guests start.",
    remedy: "A free lease is made for it.",
  },
  "volume-lease-broken": {
    severity: "disorder",
    meaning: "No host can change this volume under its lease: copying to it or merging is refused. Guests start.",
    remedy: "While no host uses the domain: sanlock direct init -r DOMAIN:VOLUME:FILE:0",
  },
  "empty-image": {
    severity: "disorder",
    meaning: "A directory without a volume: what an interrupted creation or deletion left. Nothing is lost.",
    remedy: "The empty directory is removed.",
  },
  "image-without-own-volume": {
    severity: "disorder",
    meaning:
      "Only a template's volumes are in it: what an interrupted creation or deletion left. The template has them too.",
    remedy: "Delete the image by the Manager, or the directory by hand.",
  },
  "unfinished-text": {
    severity: "disorder",
    meaning: "A record was being replaced when its writer died. The one that counts is the old one, and it is whole.",
    remedy: "The unfinished file is removed.",
  },
  "unknown-file": {
    severity: "notice",
    meaning: "A name that nobody of ours makes. It is not touched, and disturbs nobody.",
    remedy: "Remove it if you know what it is.",
  },
  "doomed-image": {
    severity: "disorder",
    meaning:
      "A disk was deleted, and the removal of its bytes was interrupted. Nobody can use it any more; it takes space.",
    remedy: "The next SPM removes it when it takes over.",
  },
  "unfinished-domain": {
    severity: "disorder",
    meaning: "The creation of a domain was interrupted. No disk was ever in it.",
    remedy: "It is removed.",
  },
  "doomed-domain": {
    severity: "disorder",
    meaning:
      "A domain was formatted, and the removal of its bytes was interrupted. Nobody can use it any more; it takes space.",
    remedy: "Remove the directory if it was meant: its name has the domain's id.",
  },
  "unfinished-task": {
    severity: "notice",
    meaning: "The SPM's journal says that something is under way, or was when the SPM died.",
    remedy: "The next SPM undoes it when it was making something, and finishes it when it was removing something.",
  },
  "unreadable-task": {
    severity: "disorder",
    meaning: "A record of the SPM's journal that this version cannot read. The SPM leaves it alone.",
    remedy: "If vdsm wrote it, oVirt's own SPM finishes it. Else look at what it says, and remove the file.",
  },
  "wrong-owner": {
    severity: "disorder",
    meaning: "The agent or QEMU may not open the file: guests on it do not start, or the domain cannot be changed.",
    remedy: "Owner and mode are set to what oVirt wants (36:36; files 0660, directories 0755).",
  },
} as const satisfies Readonly<Record<string, FindingText>>;

export type FindingKind = keyof typeof findingKinds;
export type Severity = "harm" | "disorder" | "notice";

interface FindingText {
  readonly severity: Severity;
  readonly meaning: string;
  readonly remedy: string;
}
