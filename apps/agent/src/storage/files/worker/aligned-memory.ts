// Direct I/O wants memory that begins at a block's boundary, and says nothing of where a Buffer is. The memory of a
// WebAssembly module begins at a page of 64 KiB, by its specification.
declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};

const WASM_PAGE_BYTES = 64 * 1024;
export const SLOT_BYTES = WASM_PAGE_BYTES;

/** Pieces of aligned memory, each for one use at a time; who finds none waits. */
export class AlignedMemory {
  readonly #free: Uint8Array[];
  readonly #waiting: ((slot: Uint8Array) => void)[] = [];

  constructor(slots: number) {
    const { buffer } = new WebAssembly.Memory({ initial: slots, maximum: slots });
    this.#free = Array.from({ length: slots }, (_, index) => new Uint8Array(buffer, index * SLOT_BYTES, SLOT_BYTES));
  }

  async use<T>(work: (slot: Uint8Array) => Promise<T>): Promise<T> {
    const slot = this.#free.pop() ?? (await new Promise<Uint8Array>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(slot);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(slot);
      else next(slot);
    }
  }
}
