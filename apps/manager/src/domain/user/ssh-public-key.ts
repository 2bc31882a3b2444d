const CHARACTERS_MAX = 16 * 1024;

/**
 * Whether a text is one public key as `ssh-keygen` writes it: a type, base64 that begins with that type, and perhaps a
 * comment. Options of `authorized_keys` in front of it are no part of a key. Pure.
 */
export function isSshPublicKey(text: string): boolean {
  if (text.length > CHARACTERS_MAX) return false;
  const match = /^([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})([ \t]+[^\r\n]*)?$/.exec(text.trim());
  const [, type = "", encoded = ""] = match ?? [];
  const bytes = decodeBase64(encoded);
  // RFC 4253, 6.6: a length of four bytes, then the name of the type.
  if (bytes.length < 4) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length !== type.length || bytes.length <= 4 + length) return false;
  return String.fromCharCode(...bytes.subarray(4, 4 + length)) === type;
}

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    // Not base64 is no key.
    return new Uint8Array();
  }
}
