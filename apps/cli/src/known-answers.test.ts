import assert from "node:assert/strict";
import { test } from "node:test";
import { findKnownAnswer } from "./known-answers.ts";

test("a domain of another data center, and a VM on a silent host, are answered with the command for it", () => {
  const foreign = "It belongs to x. If no host uses it there any more, confirm that: attach it with force=true.";
  assert.match(findKnownAnswer(foreign) ?? "", /--take-over/);
  const unknown = "[Cannot run VM. VM may be running on a Host that does not answer.]";
  assert.match(findKnownAnswer(unknown) ?? "", /confirm-reboot/);
  assert.equal(findKnownAnswer("VM is running."), undefined);
});

test("what keeps a host from connecting storage is answered with where to look", () => {
  const answers: Readonly<Record<string, RegExp>> = {
    "the server does not answer (code 451)": /server is up.*network/,
    "there is no such directory or export (code 453)": /exports this path/,
    "the server does not let this host use it (code 469)": /server's exports/,
    "the options are wrong (code 471)": /mount options/,
    "it cannot be mounted (code 477)": /log of the host/,
  };
  for (const [why, answer] of Object.entries(answers)) {
    const said = `[Cannot import Storage. The host cannot connect to the storage nas:/x: ${why}.]`;
    assert.match(findKnownAnswer(said) ?? "", answer, why);
  }
});

test("what another command makes possible is answered with that command", () => {
  const answers: Readonly<Record<string, RegExp>> = {
    "There are several at nas:/x; say which by its ID: a, b.": /--id ID/,
    "At nas:/x is the Storage Domain old (75f8) of the type localfs, not nfs: import it as that type.":
      /^yagura storage import local PLACE$/,
    "At nas:/x is the Storage Domain old (75f8) of the type iscsi, not nfs: import it as that type.":
      /cannot be imported/,
    "Local storage belongs to a host; say which.": /--host HOST/,
    "The disk stands on the disk x of a template; register that one first.": /register DOMAIN --all/,
    "The Storage Domain must be in maintenance; it is active.": /storage maintenance DOMAIN/,
    "The Storage Domain must be detached from its Data Center; it is active.": /storage detach DOMAIN/,
    "The relevant Storage Domain data is inaccessible.": /storage show DOMAIN/,
    "The host's SPM priority is -1: it may never be SPM. Change its priority first.": /host priority HOST 5/,
  };
  for (const [said, answer] of Object.entries(answers)) assert.match(findKnownAnswer(`[${said}]`) ?? "", answer, said);
});
