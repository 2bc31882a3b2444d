/** Bounds of what the parsers take. A document beyond them is refused, never worked on. */
export interface DocumentLimits {
  /** Bytes of a document; an OVF inside one may be some MiB, a list of 10,000 VMs is about 40 MiB. */
  readonly bytesMax: number;
  /** Elements or objects inside each other. The deepest request a client of v4 makes has about ten. */
  readonly depthMax: number;
  /** Attributes of one element; v4 has three. */
  readonly attributesMax: number;
}

export const defaultLimits: DocumentLimits = { bytesMax: 64 * 1024 * 1024, depthMax: 48, attributesMax: 32 };

/** How to read: as a server reads what anyone may send, or as a client reads what the Manager answers. */
export interface ReadOptions extends Partial<DocumentLimits> {
  /**
   * What to do with a word that is not in an enum: a server refuses it; a client leaves the member out, since an
   * older client must survive the answers of a newer Manager.
   */
  readonly unknownWords?: "refuse" | "leave out";
}
