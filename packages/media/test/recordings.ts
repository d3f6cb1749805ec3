/** Small recordings of true shape, written by hand: silence, as the containers hold it. */

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
/** The same at 64 kbit/s. */
const shortFrame = (() => {
  const frame = new Uint8Array(208);
  frame.set(hex('fffb5064'));
  return frame;
})();
const index = (tag: string, at: number): Uint8Array =>
  mp3Frame(join(new Uint8Array(at), text(tag), number(8, 1)));
export const id3 = (size: number): Uint8Array =>
  join(
    text('ID3'),
    hex('030000'),
    number(4, ((size >> 7) << 8) | (size & 127)),
    new Uint8Array(size).fill(0xff),
  );

export const mp3: Record<'constant' | 'changing' | 'fraunhofer' | 'tagged' | 'interrupted', Uint8Array> = {
  constant: repeat(mp3Frame(), 100),
  changing: join(id3(300), index('Xing', 32), repeat(mp3Frame(), 50), repeat(shortFrame, 50)),
  fraunhofer: join(index('VBRI', 32), repeat(mp3Frame(), 100)),
  tagged: join(id3(40), id3(300), repeat(mp3Frame(), 100), text('TAG'.padEnd(128, '\u00ff'))),
  interrupted: join(repeat(mp3Frame(), 60), new Uint8Array(999).fill(0xff), repeat(mp3Frame(), 40)),
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
      ...[number(4, bytesPerSecond, true), number(2, 0)],
      number(2, bits, true),
    ),
  );
const riff = (...chunks: readonly Uint8Array[]): Uint8Array => join(text('RIFF\0\0\0\0WAVE'), ...chunks);
const halfSecond = new Uint8Array(8000 * 2 * 2 * 0.5);

export const wav: Record<
  'whole' | 'piped' | 'unsized' | 'packed' | 'packedPiped' | 'telephone' | 'rateless',
  Uint8Array
> = {
  whole: riff(
    chunk('LIST', new Uint8Array(3)),
    format(1, 16),
    chunk('data', halfSecond),
    chunk('id3 ', new Uint8Array(400)),
  ),
  piped: riff(format(1, 16), text('data'), hex('ffffffff'), halfSecond),
  unsized: riff(format(1, 16), text('data'), hex('00000000'), halfSecond),
  packed: riff(format(2, 4), chunk('fact', number(4, 4000, true)), chunk('data', new Uint8Array(99))),
  packedPiped: riff(
    format(2, 4, 8200),
    chunk('fact', number(4, 0)),
    text('data'),
    hex('ffffffff'),
    new Uint8Array(4100),
  ),
  telephone: riff(format(7, 8), chunk('data', new Uint8Array(8000))),
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
export const flac: Record<'whole' | 'piped' | 'tagged', Uint8Array> = {
  whole: streamInfo(66_150),
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
const vorbisHead = join(text('\u0001vorbis'), new Uint8Array(5), number(4, 22_050, true), new Uint8Array(14));
const opus = join(
  page(7, 2, 0n, opusHead),
  page(7, 0, -1n, text('OpusTags')),
  page(7, 4, 312n + 96_000n, new Uint8Array(600)),
);
const vorbis = join(page(8, 2, 0n, vorbisHead), page(8, 4, 33_075n, new Uint8Array(90)));

/** An hour after the station began. */
const late = 3600n * 48_000n;
export const ogg: Record<'opus' | 'vorbis' | 'chained' | 'damaged' | 'station' | 'film', Uint8Array> = {
  opus,
  station: join(
    ...[page(7, 2, 0n, join(text('OpusHead'), new Uint8Array(11))), page(7, 0, 0n, text('OpusTags'))],
    ...[0n, 960n, 1920n].map((ticks) => page(7, 0, late + ticks, new Uint8Array(90))),
  ),
  vorbis,
  chained: join(opus, vorbis),
  damaged: join(opus.subarray(0, 80), text('OggOgg'), opus.subarray(80)),
  film: join(
    page(1, 2, 0n, text('\u0080theora')),
    page(8, 2, 0n, vorbisHead),
    page(1, 0, 9n, text('x')),
    page(8, 4, 33_075n, text('x')),
  ),
};

// ── boxes

export const box = (type: string, ...content: readonly Uint8Array[]): Uint8Array => {
  const all = join(...content);
  return join(number(4, all.length + 8), text(type), all);
};
const full = (type: string, flags: number, ...words: readonly number[]): Uint8Array =>
  box(type, number(4, flags), ...words.map((word) => number(4, word)));

const trak = (id: number, kind: string, rate: number, ticks: number): Uint8Array =>
  box(
    'trak',
    full('tkhd', 0, 0, 0, id),
    box('mdia', full('mdhd', 0, 0, 0, rate, ticks), box('hdlr', number(8, 0), text(kind))),
  );
const ftyp = (brand: string): Uint8Array => box('ftyp', text(brand), number(4, 0), text(brand));
const mvhd = (ticks: number): Uint8Array => full('mvhd', 0, 0, 0, 600, ticks);
const long = box('mvhd', hex('01000000'), number(16, 0), number(4, 1000), number(8, 5000));
const sounds = trak(1, 'soun', 8000, 12_000);
const films = trak(2, 'vide', 600, 1500);

export const mp4: Record<
  'sound' | 'film' | 'movie' | 'ancient' | 'phone' | 'long' | 'headless' | 'fragments' | 'picture' | 'empty',
  Uint8Array
> = {
  sound: join(ftyp('M4A '), box('mdat', new Uint8Array(40)), box('moov', mvhd(960), sounds)),
  film: join(
    ftyp('isom'),
    box('moov', mvhd(1500), sounds, films),
    number(4, 0),
    text('mdat'),
    new Uint8Array(9),
  ),
  movie: join(ftyp('qt  '), box('moov', mvhd(1500), films)),
  ancient: join(box('wide'), box('moov', mvhd(1500), films)),
  phone: join(ftyp('3gp4'), box('moov', mvhd(1500), films)),
  long: join(
    ftyp('isom'),
    number(4, 1),
    text('free'),
    number(8, 20),
    new Uint8Array(4),
    box('moov', long, films),
  ),
  headless: join(ftyp('mp42'), box('moov', mvhd(0), sounds, films)),
  fragments: join(
    ftyp('iso5'),
    box('moov', mvhd(0), trak(1, 'soun', 8000, 0), box('mvex', full('trex', 0, 1, 1, 1024, 0, 0))),
    box('moof', box('traf', full('tfhd', 0, 1), full('trun', 0, 5))),
    box('moof', box('traf', full('tfhd', 0x08 | 0x02, 1, 1, 512), full('trun', 0x01, 4, 99))),
    box('moof', box('traf', full('tfhd', 0, 1), full('trun', 0x300, 0xffff_ffff, 100, 9, 200, 9))),
  ),
  picture: join(ftyp('heic'), box('meta', new Uint8Array(4))),
  empty: join(ftyp('isom'), box('moov', mvhd(1500))),
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
  element('1654ae6b', ...types.map((type) => element('ae', element('83', number(1, type)))));
const simple = (ticks: number): Uint8Array =>
  element('a3', hex('81'), number(2, ticks & 0xffff), hex('80 00'));

export const webm: Record<'sound' | 'film' | 'matroska' | 'recorded' | 'station' | 'trackless', Uint8Array> =
  {
    station: join(
      ...[head('webm'), open('18538067'), tracks(2), open('1f43b675'), element('e7', number(4, 3_600_000))],
      ...[0, 700, 1500].map(simple),
    ),
    sound: join(
      head('webm'),
      element(
        '18538067',
        element('1549a966', element('2ad7b1', number(3, 500_000)), duration(3000)),
        tracks(2),
      ),
    ),
    film: join(
      head('webm'),
      open('18538067'),
      element('1549a966', duration(1500)),
      tracks(1, 2),
      open('1f43b675'),
    ),
    matroska: join(head('matroska'), element('18538067', element('1549a966', duration(1500)), tracks(1))),
    recorded: join(
      ...[head('webm'), open('18538067'), element('1549a966', element('4d80', text('Chrome'))), tracks(2)],
      ...[open('1f43b675'), element('e7', number(1, 0)), simple(0), simple(900)],
      ...[open('1f43b675'), element('e7', number(2, 2000)), simple(-40), simple(300)],
      element('a0', element('a1', hex('81'), number(2, 360), hex('00 00')), element('9b', number(1, 60))),
    ),
    trackless: join(head('webm'), element('18538067', element('1549a966', duration(1500)))),
  };
