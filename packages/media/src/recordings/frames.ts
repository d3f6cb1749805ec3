import { Reader } from '../formats/facts.ts';
import { sound, type RecordingFacts } from './facts.ts';

/** One frame of a stream that has no header of its own. */
interface Frame {
  /** Bytes, its header included. */
  readonly length: number;
  readonly samples: number;
  readonly rate: number;
  /** What all frames of a stream have in common. */
  readonly kind: number;
}

/** A stream begins near the start of the file, or it is something else. */
const SEARCHED_BYTES = 64 * 1024;

/**
 * MP3 and AAC by counting their frames: whatever a Xing, Info or VBRI frame promises, the sound that is there is what lasts.
 * `undefined` for what is no such stream.
 */
export function readFrames(bytes: Uint8Array): RecordingFacts | undefined {
  const reader = new Reader(bytes);
  const start = firstFrame(reader);
  if (start === undefined) return undefined;
  const { kind } = start.frame;
  let { at } = start;
  let seconds = 0;
  if (isIndex(reader, start)) at += start.frame.length;
  while (at < reader.length) {
    const frame = frameAt(reader, at);
    if (frame?.kind === kind && at + frame.length <= reader.length) {
      seconds += frame.samples / frame.rate;
      at += frame.length;
    } else {
      at += 1;
    }
  }
  return sound(isAac(kind) ? 'audio/aac' : 'audio/mpeg', seconds);
}

interface Found {
  readonly at: number;
  readonly frame: Frame;
}

/** One that another of its kind follows, or the end of the file: any two bytes may look like a beginning. */
function firstFrame(reader: Reader): Found | undefined {
  const last = Math.min(reader.length, SEARCHED_BYTES);
  for (let at = 0; at < last; at++) {
    const frame = frameAt(reader, at);
    if (frame === undefined) continue;
    const end = at + frame.length;
    if (end === reader.length || frameAt(reader, end)?.kind === frame.kind) return { at, frame };
  }
  return undefined;
}

/** Bits of the first three bytes that do not change: sync word, version, layer, rate of samples. */
const KIND = 0xff_fe_0c;
const LAYER = 0x00_06_00;
const isAac = (kind: number): boolean => (kind & LAYER) === 0;

function frameAt(reader: Reader, at: number): Frame | undefined {
  if (reader.u8(at) !== 0xff || (reader.u8(at + 1) & 0xe0) !== 0xe0) return undefined;
  return (reader.u8(at + 1) & 0x06) === 0 ? aacFrame(reader, at) : mpegFrame(reader, at);
}

const kindAt = (reader: Reader, at: number, mask: number): number =>
  (reader.u16(at) * 0x100 + reader.u8(at + 2)) & mask;

/** By version (MPEG 2.5, reserved, 2, 1), in Hz. */
const RATES = [[11_025, 12_000, 8_000], [], [22_050, 24_000, 16_000], [44_100, 48_000, 32_000]] as const;

/** Of version 1, layers 1 to 3, then of the others, layers 1 and 2 with 3; in kbit/s, from index 1. */
const BITRATES = {
  v1: [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  v2: [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
} as const;

/** ISO/IEC 11172-3 and 13818-3. */
function mpegFrame(reader: Reader, at: number): Frame | undefined {
  const second = reader.u8(at + 1);
  const third = reader.u8(at + 2);
  const version = (second >> 3) & 3;
  const layer = 4 - ((second >> 1) & 3);
  const rate = RATES[version]?.[(third >> 2) & 3];
  const bitrate = (version === 3 ? BITRATES.v1 : BITRATES.v2)[layer - 1]?.[(third >> 4) - 1];
  if (rate === undefined || bitrate === undefined) return undefined;
  const padding = (third >> 1) & 1;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const slot = layer === 1 ? 4 : 1;
  const length = (Math.floor((samples / 8 / slot) * ((bitrate * 1000) / rate)) + padding) * slot;
  return { length, samples, rate, kind: kindAt(reader, at, KIND) };
}

const AAC_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/** ADTS (ISO/IEC 13818-7). */
function aacFrame(reader: Reader, at: number): Frame | undefined {
  if ((reader.u8(at + 1) & 0xf6) !== 0xf0) return undefined;
  const rate = AAC_RATES[(reader.u8(at + 2) >> 2) & 15];
  const length = ((reader.u32(at + 3) >>> 13) & 0x1fff) | ((reader.u8(at + 3) & 3) << 11);
  if (rate === undefined || length < 7) return undefined;
  const blocks = (reader.u8(at + 6) & 3) + 1;
  return { length, samples: 1024 * blocks, rate, kind: kindAt(reader, at, 0xff_fe_3c) };
}

/** A first frame without sound: it holds what players seek by. */
function isIndex(reader: Reader, { at, frame }: Found): boolean {
  if (isAac(frame.kind)) return false;
  const isVersion1 = (reader.u8(at + 1) & 0x08) !== 0;
  const isMono = reader.u8(at + 3) >> 6 === 3;
  const sideInfo = isVersion1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const tag = reader.tag(at + 4 + sideInfo);
  return tag === 'Xing' || tag === 'Info' || reader.tag(at + 36) === 'VBRI';
}
