/** So many at once; the others wait in order of arrival. */
export class WorkPlaces {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  async run(work: () => Promise<void>): Promise<void> {
    while (this.#taken >= this.#max) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken++;
    try {
      await work();
    } finally {
      this.#taken--;
      this.#waiting.shift()?.();
    }
  }
}
