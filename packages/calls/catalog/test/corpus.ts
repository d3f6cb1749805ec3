/** Letters of 60 scripts, as ranges of code points. */
const SCRIPTS: Readonly<Record<string, readonly (readonly [first: number, last: number])[]>> = {
  Latin: [[0x61, 0x7a]],
  'Latin with accents': [[0xc0, 0x24f]],
  Vietnamese: [[0x1ea0, 0x1ef9]],
  Phonetic: [[0x250, 0x2af]],
  Greek: [[0x391, 0x3c9]],
  'Greek, polytonic': [[0x1f00, 0x1f15]],
  Coptic: [[0x2c80, 0x2cb1]],
  Cyrillic: [[0x410, 0x44f]],
  'Cyrillic, extended': [[0x48a, 0x52f]],
  Glagolitic: [[0x2c00, 0x2c2e]],
  Armenian: [[0x561, 0x586]],
  Georgian: [[0x10d0, 0x10fa]],
  Hebrew: [[0x5d0, 0x5ea]],
  'Hebrew with points': [
    [0x5d0, 0x5ea],
    [0x5b0, 0x5bc],
  ],
  Arabic: [[0x620, 0x64a]],
  'Arabic with vowels': [
    [0x620, 0x64a],
    [0x64b, 0x652],
  ],
  'Arabic presentation forms': [[0xfb50, 0xfbb1]],
  Syriac: [[0x710, 0x72f]],
  Thaana: [[0x780, 0x7b1]],
  NKo: [[0x7c0, 0x7ea]],
  Samaritan: [[0x800, 0x815]],
  Mandaic: [[0x840, 0x858]],
  Devanagari: [[0x904, 0x939]],
  Bengali: [[0x985, 0x9b9]],
  Gurmukhi: [[0xa05, 0xa39]],
  Gujarati: [[0xa85, 0xab9]],
  Odia: [[0xb05, 0xb39]],
  Tamil: [[0xb85, 0xbb9]],
  Telugu: [[0xc05, 0xc39]],
  Kannada: [[0xc85, 0xcb9]],
  Malayalam: [[0xd05, 0xd39]],
  Sinhala: [[0xd85, 0xdc6]],
  Thai: [[0xe01, 0xe30]],
  Lao: [[0xe81, 0xeae]],
  Tibetan: [[0xf40, 0xf6c]],
  Burmese: [[0x1000, 0x102a]],
  Ethiopic: [[0x1200, 0x135a]],
  Cherokee: [[0x13a0, 0x13f5]],
  'Cherokee, small': [[0xab70, 0xabbf]],
  'Canadian syllabics': [[0x1401, 0x166c]],
  Ogham: [[0x1681, 0x169a]],
  Runic: [[0x16a0, 0x16ea]],
  Tagalog: [[0x1700, 0x1711]],
  Khmer: [[0x1780, 0x17b3]],
  Mongolian: [[0x1820, 0x1878]],
  Limbu: [[0x1900, 0x191e]],
  'Tai Le': [[0x1950, 0x196d]],
  Balinese: [[0x1b05, 0x1b33]],
  Sundanese: [[0x1b83, 0x1ba0]],
  'Ol Chiki': [[0x1c5a, 0x1c7d]],
  Tifinagh: [[0x2d30, 0x2d67]],
  Vai: [[0xa500, 0xa60c]],
  Bamum: [[0xa6a0, 0xa6e5]],
  Javanese: [[0xa984, 0xa9b2]],
  Hiragana: [[0x3041, 0x3096]],
  Katakana: [[0x30a1, 0x30fa]],
  Hangul: [[0xac00, 0xd7a3]],
  Han: [[0x4e00, 0x9fff]],
  'Han, extension B': [[0x20000, 0x2a6df]],
  Cuneiform: [[0x12000, 0x12399]],
  'Egyptian hieroglyphs': [[0x13000, 0x1342e]],
  Gothic: [[0x10330, 0x1034a]],
  Adlam: [[0x1e900, 0x1e943]],
};

type Random = () => number;

const LENGTH = 2000;

/** Creates a seeded generator, which returns the same numbers in every run. */
function randomBy(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const repeat = (length: number, each: (at: number) => string, separator = ''): string =>
  Array.from({ length }, (_, at) => each(at)).join(separator);
const oneOf = (random: Random, all: string): string => all[below(random, all.length)] ?? '';
const ASCII = repeat(95, (at) => String.fromCharCode(32 + at));

function words(ranges: readonly (readonly [number, number])[], random: Random): string {
  const letter = (): string => {
    const [first, last] = ranges[below(random, ranges.length)] ?? [97, 122];
    return String.fromCodePoint(first + below(random, last - first + 1));
  };
  return repeat(LENGTH / 6, () => repeat(2 + below(random, 7), letter), ' ');
}

const hex = (random: Random, length: number): string =>
  repeat(length, () => oneOf(random, '0123456789abcdef'));

/** Kinds of data that are seldom prose. */
const DATA: Readonly<Record<string, (random: Random) => string>> = {
  'rows of digits': () => '0 1 0 0 1 1 0 1 0 1\n'.repeat(LENGTH / 20),
  'random digits': (random) => repeat(LENGTH, () => oneOf(random, '0123456789')),
  CSV: (random) => repeat(200, () => repeat(5, () => `${below(random, 1000) / 10}`, ','), '\n'),
  matrix: (random) =>
    JSON.stringify(Array.from({ length: 40 }, () => Array.from({ length: 20 }, () => below(random, 2)))),
  JSON: (random) =>
    JSON.stringify(
      Array.from({ length: 60 }, (_, id) => ({
        id,
        name: hex(random, 6),
        price: random(),
        ok: random() < 0.5,
        tags: null,
      })),
    ),
  hex: (random) => hex(random, LENGTH),
  base64: (random) => btoa(repeat(LENGTH, () => String.fromCharCode(below(random, 256)))),
  identifiers: (random) =>
    repeat(60, () => [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-'), '\n'),
  dates: (random) => repeat(100, () => new Date(below(random, 2 ** 31) * 1000).toISOString(), '\n'),
  code: (random) =>
    repeat(100, (at) => `  if (a${at}[i++] !== ${below(random, 99)}) { return {...b, c: d?.e ?? f}; }`, '\n'),
  minified: (random) =>
    repeat(200, () => `${oneOf(random, 'abcdef')}=${oneOf(random, 'ghijk')}?(${below(random, 9)},t[n]):!0;`),
  HTML: (random) =>
    repeat(100, () => `<td class="c${below(random, 50)}"><b>${below(random, 1e4)}</b></td>`, '\n'),
  table: (random) => repeat(150, () => `| ${below(random, 100)} | ${oneOf(random, 'xyz')} | - |`, '\n'),
  log: (random) =>
    repeat(
      80,
      () =>
        `10.0.${below(random, 256)}.${below(random, 256)} - - [0${below(random, 9)}/Nov] "GET /${hex(random, 4)}" 200 ${below(random, 1e5)}`,
      '\n',
    ),
  DNA: (random) => repeat(LENGTH, () => oneOf(random, 'ACGT')),
  'random ASCII': (random) => repeat(LENGTH, () => oneOf(random, ASCII)),
  punctuation: (random) => repeat(LENGTH, () => oneOf(random, '!?.,;:#$%^&*~`|\\/<>')),
  'alternating case': (random) =>
    repeat(LENGTH, (at) => (at % 2 ? oneOf(random, 'QXZJKV') : oneOf(random, 'qxzjkv'))),
  whitespace: (random) => repeat(LENGTH, () => oneOf(random, ' \t\n\r')),
  'control characters': (random) => repeat(LENGTH, () => String.fromCharCode(1 + below(random, 31))),
  'private use': (random) => repeat(LENGTH, () => String.fromCodePoint(0xe000 + below(random, 6400))),
  emoji: (random) => repeat(LENGTH, () => String.fromCodePoint(0x1f300 + below(random, 0x2ff))),
  'emoji families': () => '👩🏽‍🚀👨‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿🇪🇺'.repeat(100),
  mathematics: (random) => repeat(LENGTH, () => String.fromCodePoint(0x1d400 + below(random, 0x3ff))),
  'stacked accents': (random) =>
    repeat(LENGTH / 4, () => `a${repeat(3, () => String.fromCharCode(0x300 + below(random, 0x6f)))}`),
  'box drawing': (random) => repeat(LENGTH, () => String.fromCharCode(0x2500 + below(random, 0x7f))),
  'lone surrogates': () => '\ud800 '.repeat(LENGTH / 2),
};

/** Texts in more than 60 scripts, and more than 20 kinds of data, by name. */
export function corpus(): readonly (readonly [name: string, text: string])[] {
  const random = randomBy(20_261_123);
  const scripts = Object.entries(SCRIPTS).map(([name, ranges]) => [name, words(ranges, random)] as const);
  const data = Object.entries(DATA).map(([name, make]) => [name, make(random)] as const);
  return [...scripts, ...data];
}
