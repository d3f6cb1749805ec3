/**
 * Base64 of the bytes. `btoa` wants a binary string, which is built in slices to keep the argument list short; spread, they
 * would take four times as long.
 */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode.apply(null, bytes.subarray(at, at + 0x8000) as unknown as number[]);
  }
  return btoa(binary);
}

/** The bytes of a base64 text; throws a `SyntaxError`-like DOMException on anything else. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  // A mapper over the string's iterator would cost seconds for a few megabytes.
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
