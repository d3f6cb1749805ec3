/** Returns the bytes as base64. The string for `btoa` is built in slices, because an argument list has a maximum length. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode.apply(null, bytes.subarray(at, at + 0x8000) as unknown as number[]);
  }
  return btoa(binary);
}

/** Returns the bytes of a base64 string. Throws a `DOMException` for any other string. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  // `Uint8Array.from` with a function takes seconds for a few megabytes.
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Returns at most `maxLength` UTF-16 units of a string and never splits a surrogate pair. */
export function truncateText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const last = text.charCodeAt(maxLength - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splits ? maxLength - 1 : maxLength);
}

/** Returns the 32-bit FNV-1a hash over UTF-16 code units. It is not suitable for secrets. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Returns the SHA-256 of bytes as 64 hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Returns a 128-bit hash of UTF-16 units as 32 hexadecimal digits, equal in every process. It is not suitable for secrets. */
export function hash128(text: string): string {
  // The start values are the first digits of π. The factors are those of xxHash and MurmurHash.
  let [a, b, c, d] = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const last = d;
    // Each lane uses the previous value of its neighbor, so that a processor can compute all lanes at the same time.
    d = Math.imul(d ^ unit ^ (c >>> 14), 0x27d4eb2f);
    c = Math.imul(c ^ unit ^ (b >>> 16), 0xc2b2ae35);
    b = Math.imul(b ^ unit ^ (a >>> 13), 0x85ebca6b);
    a = Math.imul(a ^ unit ^ (last >>> 15), 0x9e3779b1);
  }
  // Mix the lanes, so that each lane affects all others even for short strings.
  for (let round = 0; round < 4; round++) {
    a = mixed(a ^ d ^ text.length);
    b = mixed(b ^ a);
    c = mixed(c ^ b);
    d = mixed(d ^ c);
  }
  return [a, b, c, d].map((lane) => hexOf(lane >>> 16) + hexOf(lane & 0xffff)).join('');
}

/** Returns 16 bits as four hexadecimal digits. A conversion of 32 bits at once takes several times as long. */
const hexOf = (bits: number): string => (bits | 0x10000).toString(16).slice(1);

function mixed(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return twice ^ (twice >>> 16);
}

/** Concatenates pieces. A single piece is returned without a copy. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Size in bytes of the blocks in which `ByteCollector` puts small chunks. A chunk of a quarter of this size or more is not copied. */
const BLOCK_BYTES = 65_536;
/** Number of chunks that may have any size. Further ones must have 64 bytes on average. */
const [SMALL_CHUNKS, CHUNK_BYTES] = [2048, 64];

/** Whether bytes arrived in so many small chunks that reading them takes much more time than sending them. */
export const isFragmented = (chunks: number, bytes: number): boolean =>
  chunks > SMALL_CHUNKS + bytes / CHUNK_BYTES;

/** Bytes that arrive in chunks. Small chunks are copied into blocks, because each chunk uses over 100 bytes in addition to its content. */
export class ByteCollector {
  /** Number of bytes. */
  size = 0;
  private chunks = 0;
  private readonly pieces: Uint8Array[] = [];
  private block: Uint8Array = new Uint8Array();
  /** Range of the block that is not in `pieces` yet. */
  private start = 0;
  private end = 0;

  /** Whether the bytes arrived in too many small chunks. */
  get isFragmented(): boolean {
    return isFragmented(this.chunks, this.size);
  }

  /** Adds a chunk, and copies it if it is small. */
  push(chunk: Uint8Array): void {
    this.chunks++;
    this.size += chunk.length;
    const isLarge = chunk.length >= BLOCK_BYTES / 4;
    if (isLarge || this.end + chunk.length > this.block.length) this.endPiece();
    if (isLarge) {
      this.pieces.push(chunk);
      return;
    }
    if (this.end + chunk.length > this.block.length) {
      this.block = new Uint8Array(BLOCK_BYTES);
      this.start = this.end = 0;
    }
    this.block.set(chunk, this.end);
    this.end += chunk.length;
  }

  /** Returns all bytes. */
  concat(): Uint8Array {
    this.endPiece();
    return concatBytes(this.pieces);
  }

  private endPiece(): void {
    if (this.end > this.start) this.pieces.push(this.block.subarray(this.start, this.end));
    this.start = this.end;
  }
}

/** Divides a stream into pieces of a size in bytes, except the last one. The chunks of the stream can have any size. */
export async function* piecesOf(
  content: ReadableStream<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Uint8Array> {
  let rest = new ByteCollector();
  for await (const chunk of content) {
    rest.push(chunk);
    if (rest.size < pieceBytes) continue;
    const bytes = rest.concat();
    let start = 0;
    for (; bytes.length - start >= pieceBytes; start += pieceBytes)
      yield bytes.subarray(start, start + pieceBytes);
    rest = new ByteCollector();
    rest.push(bytes.subarray(start));
  }
  if (rest.size > 0) yield rest.concat();
}
