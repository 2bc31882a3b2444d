import { randomInt } from "node:crypto";

/** What a run draws from: `YAGURA_SEED` if it is set, so that a run can be repeated, else a new number. */
export function drawSeed(): number {
  const given = process.env["YAGURA_SEED"];
  if (given === undefined || given === "") return randomInt(1, 1_000_000);
  if (!/^\d{1,9}$/.test(given)) throw new Error(`YAGURA_SEED must be a number, not "${given}"`);
  return Number(given);
}

/** Numbers from 0 to 1 that follow from the seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
