/** What the Manager says, and the command that is the answer to it. */
const knownAnswers: readonly { readonly said: RegExp; readonly todo: string | ((said: string) => string) }[] = [
  {
    said: /attach it with force=true/,
    todo: "When no host uses it there any more: the same command with --take-over",
  },
  {
    said: /may be running on a Host that does not answer|[Ii]ts Host does not answer/,
    todo: "Bring the host back; or, when it is off for certain: yagura host confirm-reboot HOST",
  },
  { said: /cannot connect to the storage .*\(code \d+\)/, todo: (said) => mountAdvice(said) },
  { said: /say which by its ID/, todo: "The same command with --id ID" },
  { said: /of the type \w+, not \w+: import it as that type/, todo: (said) => importAs(said) },
  {
    said: /Local storage belongs to a host; say which/,
    todo: "The same command with --host HOST",
  },
  {
    said: /of a template; register that one first/,
    todo: "All at once, in the right order: yagura storage register DOMAIN --all",
  },
  {
    said: /The Storage Domain must be in maintenance/,
    todo: "Put it into maintenance first: yagura storage maintenance DOMAIN --wait",
  },
  {
    said: /The Storage Domain must be detached from its Data Center/,
    todo: "Detach it first: yagura storage detach DOMAIN",
  },
  {
    said: /relevant Storage Domain .*is inaccessible/,
    todo: "See what is wrong with it: yagura storage show DOMAIN, yagura event list",
  },
  {
    said: /SPM priority is -1/,
    todo: "Let it be one first: yagura host priority HOST 5",
  },
];

/** The advice for a refusal to which this program has an answer of its own. */
export function findKnownAnswer(said: string): string | undefined {
  const todo = knownAnswers.find((known) => known.said.test(said))?.todo;
  return typeof todo === "function" ? todo(said) : todo;
}

/** By the code that the host gives to what kept it from connecting. */
const mountAnswers: Readonly<Record<string, string>> = {
  451: "Look whether the server is up and its name right, and at the network from the host to it; then try again",
  453: "Look whether the server exports this path; give another one, or try again when it does",
  469: "Look at the server's exports: they must let the host read and write there as user and group 36; then try again",
  470: "Give another file system (--fs), or install it on the host; then try again",
  471: "Change the mount options, and try again",
  1000: "Change the mount options, and try again",
};

function mountAdvice(said: string): string {
  const [, code = ""] = /\(code (\d+)\)/.exec(said) ?? [];
  return mountAnswers[code] ?? "Look at the log of the host and at the server, and try again";
}

const importWords: Readonly<Record<string, string>> = { nfs: "nfs", posixfs: "posix", localfs: "local" };

function importAs(said: string): string {
  const [, type = ""] = /of the type (\w+), not/.exec(said) ?? [];
  const word = importWords[type];
  return word === undefined
    ? "Storage of that type cannot be imported by this command line"
    : `yagura storage import ${word} PLACE`;
}
