/** How many connections there may be, so that nobody can take them all. */
export interface ConnectionLimits {
  readonly totalMax: number;
  readonly perAddressMax: number;
}

// One Manager has a handful, and each other host two while a guest migrates.
export const defaultConnectionLimits: ConnectionLimits = { totalMax: 500, perAddressMax: 100 };

/** Counts the connections that are open, by the peer's address. */
export class ConnectionCounter {
  #total = 0;
  readonly #byAddress = new Map<string, number>();
  readonly #limits: ConnectionLimits;

  constructor(limits: ConnectionLimits = defaultConnectionLimits) {
    this.#limits = limits;
  }

  /** Takes a place, if there is one. */
  enter(address: string): boolean {
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (this.#total >= this.#limits.totalMax || ofAddress >= this.#limits.perAddressMax) return false;
    this.#total++;
    this.#byAddress.set(address, ofAddress + 1);
    return true;
  }

  leave(address: string): void {
    const ofAddress = (this.#byAddress.get(address) ?? 0) - 1;
    this.#total--;
    if (ofAddress > 0) this.#byAddress.set(address, ofAddress);
    else this.#byAddress.delete(address);
  }
}
