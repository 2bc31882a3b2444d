/** Explains a storage domain in plain words, and repairs what can be repaired without guessing. */
export {};
