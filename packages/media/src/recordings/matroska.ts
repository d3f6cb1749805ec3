import { Reader } from '../formats/facts.ts';
import { milliseconds, type RecordingFacts } from './facts.ts';

/** Elements of EBML (RFC 8794) and Matroska (RFC 9559) that matter here. */
const ELEMENT = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  info: 0x1549a966,
  tick: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  track: 0xae,
  trackType: 0x83,
  cluster: 0x1f43b675,
  time: 0xe7,
  group: 0xa0,
  block: 0xa1,
  simpleBlock: 0xa3,
  blockDuration: 0x9b,
} as const;

/** Is gone into rather than over: so it does not matter where a file of a browser, which says no sizes, ends them. */
const INNER: ReadonlySet<number> = new Set([
  ELEMENT.ebml,
  ELEMENT.segment,
  ELEMENT.info,
  ELEMENT.tracks,
  ELEMENT.track,
  ELEMENT.cluster,
  ELEMENT.group,
]);

const VIDEO = 1;
const SOUND = 2;

/** What was read so far; times in ticks. */
interface Film {
  docType: string;
  /** Nanoseconds. */
  tick: number;
  said: number | undefined;
  /** Where its first block begins, and its last one ends as far as that is said. */
  first: number;
  last: number;
  cluster: number;
  block: number;
  readonly kinds: Set<number>;
}

/**
 * WebM and Matroska: the duration that stands in the file, else from where its first block begins to where its last one does:
 * recorders of browsers write none. `undefined` for a file without any track.
 */
export function readMatroska(bytes: Uint8Array): RecordingFacts | undefined {
  const reader = new Reader(bytes);
  const film: Film = {
    docType: '',
    tick: 1e6,
    said: undefined,
    first: Infinity,
    last: 0,
    cluster: 0,
    block: 0,
    kinds: new Set(),
  };
  for (let at = 0; at < reader.length;) {
    const id = numberAt(reader, at, 4, true);
    const size = id && numberAt(reader, at + id.length, 8, false);
    if (id === undefined || size === undefined) break;
    // All that is wanted of a file that says how long it lasts stands before its sound.
    if (id.value === ELEMENT.cluster && film.said !== undefined && film.kinds.size > 0) break;
    const content = at + id.length + size.length;
    if (!INNER.has(id.value)) readElement(reader, id.value, content, size.value, film);
    at = INNER.has(id.value) ? content : content + size.value;
  }
  const hasVideo = film.kinds.has(VIDEO);
  if (!hasVideo && !film.kinds.has(SOUND)) return undefined;
  const seconds = ((film.said ?? film.last - film.first) * film.tick) / 1e9;
  const container = film.docType === 'matroska' ? 'x-matroska' : 'webm';
  return {
    mediaType: `${hasVideo ? 'video' : 'audio'}/${container}`,
    durationMs: milliseconds(seconds),
    hasVideo,
  };
}

function readElement(reader: Reader, id: number, at: number, size: number, film: Film): void {
  switch (id) {
    case ELEMENT.docType:
      film.docType = size < 16 ? textAt(reader, at, size) : '';
      break;
    case ELEMENT.tick:
      film.tick = unsigned(reader, at, size);
      break;
    case ELEMENT.duration:
      film.said = size === 8 ? reader.f64(at) : reader.f32(at);
      break;
    case ELEMENT.trackType:
      film.kinds.add(reader.u8(at));
      break;
    case ELEMENT.time:
      film.cluster = unsigned(reader, at, size);
      break;
    case ELEMENT.block:
    case ELEMENT.simpleBlock: {
      const after = numberAt(reader, at, 8, false)?.length ?? 1;
      film.block = film.cluster + ((reader.u16(at + after) << 16) >> 16);
      film.first = Math.min(film.first, film.block);
      film.last = Math.max(film.last, film.block);
      break;
    }
    case ELEMENT.blockDuration:
      film.last = Math.max(film.last, film.block + unsigned(reader, at, size));
  }
}

/** As many bytes as its first one has leading zeros, and one; of an id the mark belongs to the number. */
function numberAt(
  reader: Reader,
  at: number,
  most: number,
  isMarked: boolean,
): { readonly value: number; readonly length: number } | undefined {
  const first = reader.u8(at);
  const length = Math.clz32(first) - 23;
  if (length > most || at + length > reader.length) return undefined;
  let value = isMarked ? first : first & (0xff >> length);
  for (let index = 1; index < length; index++) value = value * 256 + reader.u8(at + index);
  return { value, length };
}

function unsigned(reader: Reader, at: number, size: number): number {
  let value = 0;
  for (let index = 0; index < Math.min(size, 8); index++) value = value * 256 + reader.u8(at + index);
  return value;
}

const textAt = (reader: Reader, at: number, size: number): string =>
  Array.from({ length: size }, (_, index) => String.fromCharCode(reader.u8(at + index)))
    .join('')
    .replaceAll('\0', '');
