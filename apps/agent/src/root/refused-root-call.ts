/** The arguments of a call were not of the kind that the agent ever sends. */
export class RefusedRootCall extends Error {
  override readonly name = "RefusedRootCall";
}
