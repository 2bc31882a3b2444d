/** A search that cannot be understood, or asks for a field that there is not. The message is for the user. */
export class BadSearch extends Error {
  override readonly name = "BadSearch";
}
