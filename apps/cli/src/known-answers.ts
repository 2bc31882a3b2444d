/** What the Manager says, and the command that is the answer to it. */
const knownAnswers: readonly { readonly said: RegExp; readonly todo: string }[] = [
  {
    said: /attach it with force=true/,
    todo: "When no host uses it there any more: the same command with --take-over",
  },
  {
    said: /may be running on a Host that does not answer|its Host does not answer/,
    todo: "Bring the host back; or, when it is off for certain: yagura host confirm-reboot HOST",
  },
];

/** The advice for a refusal to which this program has an answer of its own. */
export function findKnownAnswer(said: string): string | undefined {
  return knownAnswers.find((known) => known.said.test(said))?.todo;
}
