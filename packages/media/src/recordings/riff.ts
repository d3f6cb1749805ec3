import { Reader } from '../formats/facts.ts';
import { forward } from '../formats/forward.ts';
import { sound, type RecordingFacts } from './facts.ts';

/** Samples as they are, floating, or of a telephone (A-law, µ-law). Of others a chunk of its own says how many there are. */
const PLAIN = new Set([0x0001, 0x0003, 0x0006, 0x0007, 0xfffe]);

/**
 * WAV, also RF64 (EBU 3306): the samples that are there, by their size. A header written before its sound says a length
 * that cannot be; then the sound goes on to the end of the file.
 */
export function readWav(bytes: Uint8Array): RecordingFacts {
  const reader = new Reader(bytes);
  let [rate, bytesPerSecond, bytesPerSample, counted] = [0, 0, 0, 0];
  for (const at of forward(reader.length, 12, (chunk) => afterChunk(chunk, reader.u32(chunk + 4, true)))) {
    const type = reader.tag(at);
    if (type === 'fact') counted = reader.u32(at + 8, true);
    if (type === 'fmt ') {
      rate = reader.u32(at + 12, true);
      bytesPerSecond = reader.u32(at + 16, true);
      const width = reader.u16(at + 10, true) * Math.ceil(reader.u16(at + 22, true) / 8);
      bytesPerSample = PLAIN.has(reader.u16(at + 8, true)) ? width : 0;
    }
    if (type !== 'data') continue;
    const said = reader.u32(at + 4, true);
    const left = reader.length - (at + 8);
    const size = said === 0 ? left : Math.min(said, left);
    if (bytesPerSample > 0) return sound('audio/wav', size / bytesPerSample / rate);
    // A pipe does not know the count when it writes it.
    return sound('audio/wav', counted > 0 ? counted / rate : size / bytesPerSecond);
  }
  return sound('audio/wav', undefined);
}

/** AIFF: so many frames at such a rate, which is a number of 80 bits. */
export function readAiff(bytes: Uint8Array): RecordingFacts {
  const reader = new Reader(bytes);
  for (const at of forward(reader.length, 12, (chunk) => afterChunk(chunk, reader.u32(chunk + 4)))) {
    if (reader.tag(at) !== 'COMM') continue;
    const rate = reader.u32(at + 18) * 2 ** ((reader.u16(at + 16) & 0x7fff) - 16_383 - 31);
    return sound('audio/aiff', reader.u32(at + 10) / rate);
  }
  return sound('audio/aiff', undefined);
}

/** Chunks begin at even places. */
const afterChunk = (at: number, size: number): number => at + 8 + size + (size % 2);

/** FLAC: the rate and the count of samples stand in its first block; a count of 0 is unknown. */
export function readFlac(bytes: Uint8Array): RecordingFacts {
  const reader = new Reader(bytes);
  const packed = 4 + 4 + 10;
  const rate = reader.u32(packed) >>> 12;
  const samples = (reader.u8(packed + 3) & 15) * 2 ** 32 + reader.u32(packed + 4);
  return sound('audio/flac', samples / rate);
}
