/** Who gives up storage that does not answer. */
export interface GivesUpSilent {
  /** Until aborted, ends what was asked something and says nothing: whoever waits for it hears that its outcome is unknown. */
  giveUpSilent(until: AbortSignal): Promise<void>;
}

/** Waits for what is under way, but not for storage that is silent: that takes longer than others can wait for the end of a term. */
export async function withoutSilent<T>({ giveUpSilent }: GivesUpSilent, work: Promise<T>): Promise<T> {
  const enough = new AbortController();
  const givingUp = giveUpSilent(enough.signal);
  try {
    return await work;
  } finally {
    enough.abort();
    await givingUp;
  }
}
