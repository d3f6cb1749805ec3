/** Returns a generator of numbers below a bound that the seed determines (xorshift). */
export function seeded(seed: number): (below: number) => number {
  // The state 0 would never change.
  let state = seed | 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % Math.max(1, below);
  };
}

/** Values that replace sizes, counts and offsets: 0, 1, the limits of their types, and random values. */
const EDGES: readonly number[] = [0, 1, 2, 7, 8, 15, 16, 0x7f, 0x80, 0xff];

/** Returns the sample with a few changed bytes, numbers or parts. The seed determines the changes. */
export function mutated(sample: Uint8Array, seed: number): Uint8Array {
  // The factor, a prime near 2 ** 32 divided by the golden ratio, gives adjacent seeds very different states.
  const random = seeded(seed * 2_654_435_761);
  let bytes = new Uint8Array(sample);
  for (let hits = 1 + random(6); hits > 0; hits--) bytes = changed(bytes, random);
  return bytes;
}

type Random = (below: number) => number;

/** Changes headers often, because they contain sizes, counts and offsets. */
function changed(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const at = random(random(3) === 0 ? Math.min(64, bytes.length) : bytes.length);
  const byte = random(4) === 0 ? random(256) : (EDGES[random(EDGES.length)] ?? 0);
  switch (random(12)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return spliced(bytes, at, random(bytes.length), new Uint8Array());
    case 2:
      return spliced(bytes, at, at, bytes.slice(random(bytes.length), bytes.length).slice(0, random(200)));
    case 3:
      return spliced(
        bytes,
        at,
        at,
        Uint8Array.from({ length: random(16) }, () => random(256)),
      );
    case 4:
    case 5:
      return bytes.fill(byte === 0xff ? 0xff : 0, at, at + 4 + random(5));
    case 6:
      bytes[at] = digit(bytes[at] ?? 0, random);
      return bytes;
    default:
      bytes[at] = byte;
      return bytes;
  }
}

/** Replaces a digit with a random digit, to change numbers in text. */
const digit = (byte: number, random: Random): number =>
  byte >= 0x30 && byte <= 0x39 ? 0x30 + random(10) : byte;

function spliced(bytes: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const behind = bytes.subarray(Math.max(from, to));
  const made = new Uint8Array(from + piece.length + behind.length);
  made.set(bytes.subarray(0, from));
  made.set(piece, from);
  made.set(behind, from + piece.length);
  return made;
}
