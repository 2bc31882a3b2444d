export interface StreamTarget {
  readonly path: string;
  /** The body must be exactly so long. */
  readonly lengthBytes: number;
  /** How long the file is afterwards; what the body does not reach reads as zeroes. */
  readonly fileBytes: number;
  /** Blocks that the file has are kept and overwritten; else the file begins empty, and zeroes take no space. */
  readonly keepsBlocks: boolean;
  readonly signal: AbortSignal;
}

/** Where the bytes go, one after the other. */
export interface Sink extends AsyncDisposable {
  write(chunk: Buffer): Promise<void>;
  /** Makes the file as long as it must be; resolves when all is on the disk. */
  end(): Promise<void>;
}
