/** Small recordings of silence in valid containers, without an encoder. */

const text = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0));
const hex = (value: string): Uint8Array => new Uint8Array(Buffer.from(value.replaceAll(' ', ''), 'hex'));

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function number(size: number, value: number | bigint, little = false): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt(value);
  for (let index = 0; index < size; index++, rest >>= 8n)
    bytes[little ? index : size - 1 - index] = Number(rest & 255n);
  return bytes;
}

const repeat = (part: Uint8Array, times: number): Uint8Array =>
  join(...Array.from({ length: times }, () => part));

// ── frames

/** MPEG 1 layer 3, 128 kbit/s, 44.1 kHz, stereo: 1,152 samples in 417 bytes. */
const mp3Frame = (content: Uint8Array = new Uint8Array()): Uint8Array => {
  const frame = new Uint8Array(417);
  frame.set(hex('fffb9064'));
  frame.set(content, 4);
  return frame;
};
export const id3 = (size: number): Uint8Array =>
  join(
    text('ID3'),
    hex('030000'),
    number(4, ((size >> 7) << 8) | (size & 127)),
    new Uint8Array(size).fill(0xff),
  );

export const mp3: Record<'constant' | 'tagged', Uint8Array> = {
  constant: repeat(mp3Frame(), 100),
  tagged: join(id3(40), repeat(mp3Frame(), 100), text('TAG'.padEnd(128, '\u00ff'))),
};

/** ADTS at 16 kHz: 1,024 samples in 20 bytes. */
export const aac: Uint8Array = repeat(join(hex('fff1 6040 029f fc'), new Uint8Array(13)), 50);

// ── chunks

const chunk = (type: string, content: Uint8Array, little = true): Uint8Array =>
  join(text(type), number(4, content.length, little), content, new Uint8Array(content.length % 2));

const format = (tag: number, bits: number, bytesPerSecond = 0): Uint8Array =>
  chunk(
    'fmt ',
    join(
      ...[tag, 2].map((value) => number(2, value, true)),
      number(4, 8000, true),
      ...[number(4, bytesPerSecond, true), number(2, bits / 4, true)],
      number(2, bits, true),
    ),
  );
const riff = (...chunks: readonly Uint8Array[]): Uint8Array => {
  const all = join(text('WAVE'), ...chunks);
  return join(text('RIFF'), number(4, all.length, true), all);
};
const halfSecond = new Uint8Array(8000 * 2 * 2 * 0.5);

export const wav: Record<'complete' | 'telephone' | 'rateless', Uint8Array> = {
  complete: riff(format(1, 16, 32_000), chunk('data', halfSecond)),
  telephone: riff(format(7, 8, 16_000), chunk('data', new Uint8Array(8000))),
  rateless: riff(chunk('fmt ', new Uint8Array(16)), chunk('data', halfSecond)),
};

export const aiff: Uint8Array = join(
  text('FORM\0\0\0\0AIFF'),
  chunk('COMM', join(number(2, 1), number(4, 11_025), number(2, 16), hex('400e ac44 0000 0000 0000')), false),
  chunk('SSND', new Uint8Array(8), false),
);

const streamInfo = (samples: number): Uint8Array =>
  join(
    text('fLaC'),
    hex('00000022'),
    new Uint8Array(10),
    number(8, (44_100n << 44n) | BigInt(samples)),
    new Uint8Array(16),
  );
export const flac: Record<'complete' | 'piped' | 'tagged', Uint8Array> = {
  complete: streamInfo(66_150),
  piped: streamInfo(0),
  tagged: join(id3(200), streamInfo(66_150)),
};

// ── pages

function page(serial: number, flags: number, ticks: bigint, content: Uint8Array): Uint8Array {
  const laces = [
    ...Array.from({ length: Math.floor(content.length / 255) }, () => 255),
    content.length % 255,
  ];
  return join(
    text('OggS\0'),
    ...[
      number(1, flags),
      number(8, BigInt.asUintN(64, ticks), true),
      number(4, serial, true),
      new Uint8Array(8),
    ],
    ...[number(1, laces.length), Uint8Array.from(laces), content],
  );
}
const opusHead = join(text('OpusHead'), hex('0101 3801 80bb0000 0000 00'));
const opusTags = join(text('OpusTags'), new Uint8Array(8));
const vorbisHead = join(text('\u0001vorbis'), new Uint8Array(5), number(4, 22_050, true), new Uint8Array(14));
const opus = join(
  page(7, 2, 0n, opusHead),
  page(7, 0, 0n, opusTags),
  page(7, 4, 312n + 96_000n, new Uint8Array(600)),
);
const vorbis = join(page(8, 2, 0n, vorbisHead), page(8, 4, 33_075n, new Uint8Array(90)));

export const ogg: Record<'opus' | 'vorbis', Uint8Array> = { opus, vorbis };

// ── boxes

export const box = (type: string, ...content: readonly Uint8Array[]): Uint8Array => {
  const all = join(...content);
  return join(number(4, all.length + 8), text(type), all);
};
const full = (type: string, ...words: readonly number[]): Uint8Array =>
  box(type, number(4, 0), ...words.map((word) => number(4, word)));

const trak = (id: number, kind: string, format: string, rate: number, ticks: number): Uint8Array =>
  box(
    'trak',
    box('tkhd', number(8, 0), number(4, 0), number(4, id), new Uint8Array(68)),
    box(
      'mdia',
      box('mdhd', number(12, 0), number(4, rate), number(4, ticks), number(4, 0)),
      box('hdlr', number(8, 0), text(kind), new Uint8Array(13)),
      box(
        'minf',
        box(
          'stbl',
          box('stsd', number(4, 0), number(4, 1), box(format, number(6, 0), number(2, 1), sampleEntry)),
          full('stts', 1, 1, ticks),
          full('stsc', 1, 1, 1, 1),
          full('stsz', 9, 1),
          full('stco', 1, 0),
        ),
      ),
    ),
  );
/** Two channels of 16 bits. */
const sampleEntry = join(number(8, 0), number(2, 2), number(2, 16), number(4, 0), number(4, 8000 << 16));
const ftyp = (brand: string): Uint8Array => box('ftyp', text(brand), number(4, 0), text(brand));
const mvhd = (ticks: number): Uint8Array =>
  box('mvhd', number(12, 0), number(4, 600), number(4, ticks), new Uint8Array(80));
const soundTrack = trak(1, 'soun', 'mp4a', 8000, 12_800);
const videoTrack = trak(2, 'vide', 'avc1', 600, 1500);

export const mp4: Record<'sound' | 'film' | 'movie' | 'picture', Uint8Array> = {
  sound: join(ftyp('M4A '), box('moov', mvhd(960), soundTrack), box('mdat', new Uint8Array(40))),
  film: join(ftyp('isom'), box('moov', mvhd(1500), soundTrack, videoTrack), box('mdat', new Uint8Array(40))),
  movie: join(ftyp('qt  '), box('moov', mvhd(1500), soundTrack, videoTrack), box('mdat', new Uint8Array(40))),
  picture: join(ftyp('heic'), box('meta', new Uint8Array(4))),
};

// ── elements

const element = (id: string, ...content: readonly Uint8Array[]): Uint8Array => {
  const all = join(...content);
  return join(hex(id), number(4, all.length | 0x1000_0000), all);
};
const open = (id: string): Uint8Array => join(hex(id), hex('01ffffffffffffff'));
const head = (type: string): Uint8Array => element('1a45dfa3', element('4282', text(type)));
const duration = (ticks: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, ticks);
  return element('4489', bytes);
};
const tracks = (...types: readonly number[]): Uint8Array =>
  element(
    '1654ae6b',
    ...types.map((type) =>
      element(
        'ae',
        element('d7', number(1, type)),
        element('83', number(1, type)),
        element('86', text(type === 1 ? 'V_VP9' : 'A_OPUS')),
      ),
    ),
  );
const simple = (ticks: number): Uint8Array =>
  element('a3', hex('81'), number(2, ticks & 0xffff), hex('80 00'));

/** Complete file of a duration in ticks, with a length of a tick in nanoseconds. */
const elements = (type: string, tickNs: number, ticks: number, ...types: readonly number[]): Uint8Array => {
  const info = element('1549a966', element('2ad7b1', number(3, tickNs)), duration(ticks));
  return join(head(type), element('18538067', info, tracks(...types)));
};

export const webm: Record<'sound' | 'film' | 'matroska' | 'live', Uint8Array> = {
  sound: elements('webm', 500_000, 3000, 2),
  film: elements('webm', 1_000_000, 1500, 1, 2),
  matroska: elements('matroska', 1_000_000, 1500, 1),
  /** Recording of a browser, without a duration. */
  live: join(
    ...[head('webm'), open('18538067'), element('1549a966', element('4d80', text('Chrome'))), tracks(2)],
    ...[open('1f43b675'), element('e7', number(1, 0)), simple(0), simple(900)],
  ),
};
