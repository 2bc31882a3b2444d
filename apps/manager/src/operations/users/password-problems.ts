import { PASSWORD_BYTES_MAX } from "../../auth/authn/password-hash.ts";

const PASSWORD_CHARACTERS_MIN = 8;

/** Why a text cannot be a password; none when it can. */
export function passwordProblems(password: string): string[] {
  if (password.length < PASSWORD_CHARACTERS_MIN) {
    return [`A password needs at least ${PASSWORD_CHARACTERS_MIN} characters.`];
  }
  return Buffer.byteLength(password) > PASSWORD_BYTES_MAX ? ["The password is too long."] : [];
}
