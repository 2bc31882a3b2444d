/** A document is not what the model says it must be. The message names the place and is fit for the sender to read. */
export class BadDocument extends Error {
  override readonly name = "BadDocument";
  /** Where in the document: "vm.cpu.topology.cores". Empty when it could not be read at all. */
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(path === "" ? problem : `${path}: ${problem}`, options);
    this.path = path;
  }
}
