import { Reader } from '../formats/facts.ts';
import { milliseconds, type RecordingFacts } from './facts.ts';

/** A stream within a link of the chain. */
interface Stream {
  /** Ticks of its clock a second; 0 where it is not known. */
  readonly rate: number;
  /** Samples that are decoded and not played. */
  readonly skipped: number;
  /** At the end of its first page with sound, and the packets of that page. */
  first: number;
  firstPackets: number;
  ticks: number;
  /** Of all pages behind the first. */
  packets: number;
}

const BEGINS = 0x02;
/** Sound, pictures, words, an index: files have no more. */
const MOST_STREAMS = 16;

/**
 * Ogg (RFC 3533): pages tell at which tick of their stream they end. Streams side by side last as long as the longest;
 * files that were put one behind the other last together.
 */
export function readOgg(bytes: Uint8Array): RecordingFacts {
  const reader = new Reader(bytes);
  let streams = new Map<number, Stream>();
  let seconds = 0;
  let hasVideo = false;
  let isOpening = true;
  for (let at = pageFrom(bytes, 0); at !== -1;) {
    const content = at + 27 + reader.u8(at + 26);
    const serial = reader.u32(at + 14, true);
    const begins = (reader.u8(at + 5) & BEGINS) !== 0;
    if (begins && !isOpening) {
      seconds += longest(streams);
      streams = new Map();
    }
    isOpening = begins;
    if (begins && streams.size < MOST_STREAMS) streams.set(serial, streamAt(reader, content));
    hasVideo ||= begins && reader.tag(content) === '\u0080the';
    const stream = streams.get(serial);
    const high = reader.u32(at + 10, true);
    if (stream !== undefined && high < 2 ** 31)
      hearPage(stream, reader.u64(at + 6, true), packetsOf(reader, at, content));
    at = pageFrom(bytes, pageEnd(reader, at, content));
  }
  const durationMs = milliseconds(seconds + longest(streams));
  return { mediaType: hasVideo ? 'video/ogg' : 'audio/ogg', durationMs, hasVideo };
}

const OGGS = [0x4f, 0x67, 0x67, 0x53];

/** The next page; what lies between two is nobody's. */
function pageFrom(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0x4f, from);
  while (at !== -1 && !OGGS.every((byte, index) => bytes[at + index] === byte))
    at = bytes.indexOf(0x4f, at + 1);
  return at;
}

/** Heads of codecs stand at tick 0. */
function hearPage(stream: Stream, ticks: number, packets: number): void {
  if (stream.first === 0) {
    stream.first = ticks;
    stream.firstPackets = packets;
  } else {
    stream.packets += packets;
  }
  stream.ticks = ticks;
}

/** Those that end on the page. */
function packetsOf(reader: Reader, at: number, content: number): number {
  let packets = 0;
  for (let lace = at + 27; lace < content; lace++) if (reader.u8(lace) < 255) packets++;
  return packets;
}

function pageEnd(reader: Reader, at: number, content: number): number {
  let end = content;
  for (let lace = at + 27; lace < content; lace++) end += reader.u8(lace);
  return end;
}

/** By the head of its codec, from the codecs' own documents. */
function streamAt(reader: Reader, at: number): Stream {
  return { ...clockAt(reader, at), first: 0, firstPackets: 0, ticks: 0, packets: 0 };
}

function clockAt(reader: Reader, at: number): Pick<Stream, 'rate' | 'skipped'> {
  switch (reader.tag(at)) {
    case 'Opus':
      return { rate: 48_000, skipped: reader.u16(at + 10, true) };
    case '\u0001vor':
      return { rate: reader.u32(at + 12, true), skipped: 0 };
    case 'Spee':
      return { rate: reader.u32(at + 36, true), skipped: 0 };
    case '\u007fFLA':
      return { rate: reader.u32(at + 27) >>> 12, skipped: 0 };
    default:
      return { rate: 0, skipped: 0 };
  }
}

const longest = (streams: ReadonlyMap<number, Stream>): number =>
  [...streams.values()].reduce((most, stream) => {
    const { rate, ticks, skipped } = stream;
    return rate === 0 ? most : Math.max(most, (ticks - beginning(stream) - skipped) / rate);
  }, 0);

/** Packets of one stream last within such a factor of each other. */
const UNEVEN = 16;

/**
 * The tick at which the sound begins: 0, but for what was recorded off a station, whose clock has gone on for days. Pages say
 * where they end alone; so the first one's own sound is as long as its packets are in the others.
 */
function beginning({ first, firstPackets, ticks, packets }: Stream): number {
  if (packets === 0) return 0;
  const own = (firstPackets * (ticks - first)) / packets;
  return first > UNEVEN * own ? first - own : 0;
}
