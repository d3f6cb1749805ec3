/** Of one id. */
const BYTES = 16;
/** Asked of the platform at once: each time it is asked costs more than an id. */
const IDS = 64;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

let random = new Uint8Array(0);
let used = 0;

/** A new id as a wire has them, such as `chatcmpl-…`: 128 random bits. */
export function newId(prefix: string): string {
  if (used === random.length) {
    random = crypto.getRandomValues(new Uint8Array(BYTES * IDS));
    used = 0;
  }
  let id = prefix;
  for (const end = used + BYTES; used < end; used++) id += HEX[random[used] ?? 0] ?? '';
  return id;
}
