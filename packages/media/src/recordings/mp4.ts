import { Reader } from '../formats/facts.ts';
import { milliseconds, type RecordingFacts } from './facts.ts';

/** Boxes with boxes in them, of which something is wanted. */
const INNER = new Set(['moov', 'trak', 'mdia', 'mvex', 'moof', 'traf']);

interface Track {
  readonly id: number;
  /** Ticks a second. */
  rate: number;
  ticks: number;
  /** Of each sample of a fragment that does not say its own. */
  each: number;
  kind: string;
}

/** What was read on the way through the boxes. */
interface Film {
  seconds: number | undefined;
  readonly tracks: Map<number, Track>;
  /** The track that is being described. */
  track: Track | undefined;
}

/** More tracks than any recording has. */
const MOST_TRACKS = 64;
const MOST_DEPTH = 4;

/**
 * MP4, M4A, MOV, 3GP (ISO/IEC 14496-12): the header's duration, which knows of edits; else the longest track's; else the
 * samples of the fragments, as browsers record them. `undefined` for a file without any track.
 */
export function readMp4(bytes: Uint8Array): RecordingFacts | undefined {
  const reader = new Reader(bytes);
  const film: Film = { seconds: undefined, tracks: new Map(), track: undefined };
  readBoxes(reader, 0, reader.length, film, 0);
  const tracks = [...film.tracks.values()];
  const hasVideo = tracks.some(({ kind }) => kind === 'vide');
  if (!hasVideo && !tracks.some(({ kind }) => kind === 'soun')) return undefined;
  const longest = Math.max(...tracks.map(({ rate, ticks }) => (rate === 0 ? 0 : ticks / rate)));
  const durationMs = milliseconds(film.seconds) ?? milliseconds(longest);
  return { mediaType: typeOf(reader.tag(8), hasVideo), durationMs, hasVideo };
}

function typeOf(brand: string, hasVideo: boolean): string {
  if (brand === 'qt  ') return 'video/quicktime';
  const container = /^3g[gp2]/.test(brand) ? '3gpp' : 'mp4';
  return `${hasVideo ? 'video' : 'audio'}/${container}`;
}

/** Each box once: it lies within its parent, and the next behind it. */
function readBoxes(reader: Reader, from: number, to: number, film: Film, depth: number): void {
  for (let at = from; at + 8 <= to;) {
    const short = reader.u32(at);
    const head = short === 1 ? 16 : 8;
    const size = short === 0 ? to - at : short === 1 ? reader.u64(at + 8) : short;
    if (size < head) return;
    const end = Math.min(at + size, to);
    const type = reader.tag(at + 4);
    if (INNER.has(type) && depth < MOST_DEPTH) readBoxes(reader, at + head, end, film, depth + 1);
    else readBox(reader, type, at + head, end, film);
    at += size;
  }
}

function readBox(reader: Reader, type: string, at: number, end: number, film: Film): void {
  const isLong = reader.u8(at) === 1;
  switch (type) {
    case 'mvhd':
      film.seconds = ticksAt(reader, at, isLong) / reader.u32(at + (isLong ? 20 : 12));
      break;
    case 'tkhd':
      film.track = trackOf(film, reader.u32(at + (isLong ? 20 : 12)));
      break;
    case 'mdhd':
      if (film.track === undefined) break;
      film.track.rate = reader.u32(at + (isLong ? 20 : 12));
      film.track.ticks = ticksAt(reader, at, isLong);
      break;
    case 'hdlr':
      if (film.track !== undefined) film.track.kind = reader.tag(at + 8);
      break;
    case 'trex': {
      const track = trackOf(film, reader.u32(at + 4));
      if (track !== undefined) track.each = reader.u32(at + 12);
      break;
    }
    case 'tfhd':
      film.track = trackOf(film, reader.u32(at + 4));
      if (film.track !== undefined) film.track.each = ownDuration(reader, at) ?? film.track.each;
      break;
    case 'trun':
      if (film.track !== undefined) film.track.ticks += runTicks(reader, at, end, film.track.each);
  }
}

function trackOf({ tracks }: Film, id: number): Track | undefined {
  const known = tracks.get(id);
  if (known !== undefined || tracks.size >= MOST_TRACKS) return known;
  const track = { id, rate: 0, ticks: 0, each: 0, kind: '' };
  tracks.set(id, track);
  return track;
}

/** All ones: not known. */
function ticksAt(reader: Reader, at: number, isLong: boolean): number {
  if (isLong) return reader.u32(at + 24) === 0xffff_ffff ? 0 : reader.u64(at + 24);
  const ticks = reader.u32(at + 16);
  return ticks === 0xffff_ffff ? 0 : ticks;
}

const flagsAt = (reader: Reader, at: number): number => reader.u32(at) & 0xff_ffff;

function ownDuration(reader: Reader, at: number): number | undefined {
  const flags = flagsAt(reader, at);
  if ((flags & 0x08) === 0) return undefined;
  return reader.u32(at + 8 + ((flags & 0x01) === 0 ? 0 : 8) + ((flags & 0x02) === 0 ? 0 : 4));
}

/** Of the samples that are in the box, however many it says there are. */
function runTicks(reader: Reader, at: number, end: number, each: number): number {
  const flags = flagsAt(reader, at);
  const count = reader.u32(at + 4);
  if ((flags & 0x100) === 0) return count * each;
  const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length * 4;
  let ticks = 0;
  let sample = at + 8 + ((flags & 0x01) === 0 ? 0 : 4) + ((flags & 0x04) === 0 ? 0 : 4);
  for (let left = count; left > 0 && sample + step <= end; left--, sample += step)
    ticks += reader.u32(sample);
  return ticks;
}
