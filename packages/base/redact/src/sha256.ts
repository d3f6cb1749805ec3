/** Returns the first 32 bits of the fractional part of a root. The constants of SHA-256 are such bits of roots of primes. */
const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) | 0;
const ROUND: readonly number[] = firstPrimes(64).map((prime) => fraction(Math.cbrt(prime)));
const INITIAL = firstPrimes(8).map((prime) => fraction(Math.sqrt(prime))) as unknown as State;

type State = readonly [number, number, number, number, number, number, number, number];

/** Returns the SHA-256 hash (FIPS 180-4) in hexadecimal. `crypto.subtle` is asynchronous, but a redactor is synchronous. */
export function sha256Hex(text: string): string {
  let state = INITIAL;
  const bytes = padMessage(new TextEncoder().encode(text));
  for (let at = 0; at < bytes.byteLength; at += 64) state = mix(state, bytes, at);
  return state.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Returns the message in blocks of 64 bytes: it is followed by a byte 0x80, zeros, and its length in bits as eight bytes. */
function padMessage(message: Uint8Array): DataView {
  const length = (((message.length + 8) >> 6) + 1) << 6;
  const bytes = new Uint8Array(length);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(length - 8, BigInt(message.length) * 8n);
  return view;
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function mix(state: State, bytes: DataView, from: number): State {
  const words = new Int32Array(64);
  for (let at = 0; at < 64; at++) {
    words[at] = at < 16 ? bytes.getInt32(from + at * 4) : scheduleWord(words, at);
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at++) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first =
      (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + (ROUND[at] ?? 0) + (words[at] ?? 0)) | 0;
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  return [
    (state[0] + a) | 0,
    (state[1] + b) | 0,
    (state[2] + c) | 0,
    (state[3] + d) | 0,
    (state[4] + e) | 0,
    (state[5] + f) | 0,
    (state[6] + g) | 0,
    (state[7] + h) | 0,
  ];
}

function scheduleWord(words: Int32Array, at: number): number {
  const near = words[at - 2] ?? 0;
  const far = words[at - 15] ?? 0;
  const one = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
  const zero = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
  return (one + (words[at - 7] ?? 0) + zero + (words[at - 16] ?? 0)) | 0;
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
