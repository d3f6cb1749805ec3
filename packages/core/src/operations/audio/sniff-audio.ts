/** Letters at a place; `null` is any. */
type Sign = readonly [at: number, letters: string, type: string];

/** From the formats' own documents. */
const SIGNS: readonly Sign[] = [
  [8, 'WAVE', 'audio/wav'],
  [0, 'fLaC', 'audio/flac'],
  [0, 'OggS', 'audio/ogg'],
  [0, 'ID3', 'audio/mpeg'],
  [4, 'ftypM4A', 'audio/mp4'],
  [4, 'ftypM4B', 'audio/mp4'],
  [4, 'ftyp', 'video/mp4'],
  [0, '\u001aE\u00df\u00a3', 'audio/webm'],
  [0, '#!AMR', 'audio/amr'],
  [8, 'AIFF', 'audio/aiff'],
];

const LONGEST = 16;

/** The media type of a recording by its first bytes; `undefined` for anything else. */
export function sniffAudio(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, LONGEST));
  const known = SIGNS.find(([at, letters]) => head.startsWith(letters, at));
  return known?.[2] ?? frameType(bytes);
}

/** Streams without a header begin with the sync word of a frame: layers 2 and 3 of MPEG, or AAC, whose layer is 0. */
function frameType([first = 0, second = 0, third = 0xff]: Uint8Array): string | undefined {
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  const layer = (second >> 1) & 3;
  if (layer === 0) return (second & 0xf0) === 0xf0 ? 'audio/aac' : undefined;
  const isReserved = ((second >> 3) & 3) === 1 || third >> 4 === 15 || ((third >> 2) & 3) === 3;
  return layer === 3 || isReserved ? undefined : 'audio/mpeg';
}
