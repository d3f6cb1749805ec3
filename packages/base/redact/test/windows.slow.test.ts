import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { expectMasked } from './expect-masked.ts';

const redactor = createRedactor();
/** Returns the text that each push emits, and the rest. */
const emittedTexts = (pieces: readonly string[], { stream } = redactor): readonly string[] => {
  const run = stream();
  return [...pieces.map((piece) => run.push(piece)), run.end()];
};
const emittedLengths = (text: string): readonly number[] => emittedTexts([text]).map(({ length }) => length);

describe('a long line', () => {
  it.each([
    [32_767, [0, 32_767]],
    [32_768, [30_720, 2048]],
    [40_000, [30_720, 9280]],
    [65_536, [61_440, 4096]],
  ])('of %d characters is emitted in windows', (length, expected) => {
    expect(emittedLengths('!'.repeat(length))).toEqual(expected);
  });

  const withCharacter = (character: string, at: number): string =>
    '!'.repeat(at) + character + '!'.repeat(39_999 - at);

  it.each([
    [30_719, 30_720],
    [30_720, 30_720],
    [29_697, 29_698],
    [29_696, 29_697],
    [29_695, 30_720],
  ])('is cut after a separator at most 1024 characters before the cut: %d', (at, cut) => {
    expect(emittedLengths(withCharacter(' ', at))).toEqual([cut, 40_000 - cut]);
  });

  it.each([' ', '\t', '"', "'", ',', ';', '<', '>', '{', '}'])('is cut after %j', (character) => {
    expect(emittedLengths(withCharacter(character, 30_700))).toEqual([30_701, 9299]);
  });

  it.each(['.', ':', '=', '/'])('is not cut after %j', (character) => {
    expect(emittedLengths(withCharacter(character, 30_700))).toEqual([30_720, 9280]);
  });

  it.each([
    [30_700, 30_707, 9011],
    [30_718, 30_725, 9011],
    [30_719, 30_726, 9011],
    [30_720, 30_720, 9018],
  ])('is not cut within a secret at %d', (at, first, rest) => {
    const text = `${'!'.repeat(at)} token=ab12cd34ef56gh78 ${'!'.repeat(9000)}`;
    const pieces = emittedTexts([text]);
    // A mask has not arrived completely until the next text is emitted.
    expect(pieces.map(({ length }) => length)).toEqual([first, rest]);
    expect(pieces.join('')).toBe(text.replace('ab12cd34ef56gh78', '[redacted]'));
  });

  it('is cut before the name of a secret that begins in one window and ends in the next', () => {
    const before = '!'.repeat(32_768 - 2070);
    const secret = `ghp_${'d7Ab'.repeat(600)}/xyz`;
    const after = ` ${'!'.repeat(4096)}`;
    const text = `${before}api_key=${secret}${after}`;
    expect(redactor.text(text)).toBe(`${before}api_key=[redacted]${after}`);
    expect(emittedTexts([text]).join('')).toBe(redactor.text(text));
  });

  it.each(['%20password%3D«hunter2x»%20', 'x%3Fpassword%3D«hunter2x»%20', '%2520password%253D«hunter2x»%20'])(
    'is not cut within a percent-code before a secret: %s',
    (marked) => {
      const secret = marked.replaceAll(/[«»]/g, '');
      const masked = marked.replaceAll(/«[^»]*»/g, '[redacted]');
      const after = '!'.repeat(5000);
      const offsets = Array.from({ length: 40 }, (_, at) => 30_690 + at);
      const leaks = offsets.filter((at) => {
        const before = '!'.repeat(at);
        return redactor.text(before + secret + after) !== before + masked + after;
      });
      expect(leaks).toEqual([]);
    },
  );

  it.each([
    [8191, [0, 8214]],
    [8192, [8192, 23]],
  ])('is searched in a larger window if a secret begins in its first quarter: %d', (at, expected) => {
    const pieces = emittedTexts([`${'!'.repeat(at)} api_key="${'a1B2'.repeat(10_000)}`, '" x']);
    expect([pieces[0]?.length, pieces.slice(1).join('').length]).toEqual(expected);
  });

  it.each([24_000, 33_000, 70_000])('can be one quoted secret of %d characters', (length) => {
    const secret = 'a1B2'.repeat(length / 4);
    expect(emittedTexts([`api_key="${secret}`, '" and']).join('')).toBe('api_key="[redacted]" and');
    expect(redactor.find(`api_key="${secret}" and`)).toEqual([
      { rule: 'keyed-value', start: 9, end: 9 + length },
    ]);
  });
});

it.each([' and', '&n=1', '\n'])('a value of more than a million characters ends before %j', (after) => {
  const text = `api_key=${'a1B2'.repeat(300_000)}${after} api_key=abcd1234`;
  expect(redactor.text(text)).toBe(`api_key=[redacted]${after} api_key=[redacted]`);
});

describe('lines', () => {
  it('are emitted when they are complete', () => {
    expect(emittedTexts(['a\n', 'b', '\nc', '\n\nd'])).toEqual(['a\n', '', 'b\n', 'c\n\n', 'd']);
  });
});

describe('known secrets in pieces', () => {
  const known = createRedactor({ secrets: () => ['abcabd', 'xy[z]q', 'bda'] });
  // `|` separates the pieces.
  it.each([
    ['aabc|abd\n', '|a[redacted]\n|'],
    ['abcaabcab|d\n', '|abca[redacted]\n|'],
    ['abc|abd\n', '|[redacted]\n|'],
    ['abcab|cabd\n', '|abc[redacted]\n|'],
    ['ab|x\n', '|abx\n|'],
    ['xy[z|]q\n', '|[redacted]\n|'],
    ['abcabda\n', '[redacted]\n|'],
    ['abcab|d|a\n', '||[redacted]\n|'],
    ['abcab', '|abcab'],
    ['[redact|ed]\n', '|[redacted]\n|'],
    ['[redacted:0123|456789ab]\n', '|[redacted:0123456789ab]\n|'],
    ['[|x\n', '|[x\n|'],
    ['[r|x\n', '|[rx\n|'],
    ['a\u2028b\n', 'a\u2028b\n|'],
  ])('%j are %j', (pieces, expected) => {
    expect(emittedTexts(pieces.split('|'), known)).toEqual(expected.split('|'));
  });
});

describe('a private key', () => {
  const BEGIN = '-----BEGIN PRIVATE KEY-----';
  const END = '-----END PRIVATE KEY-----';
  it.each([
    `«${BEGIN}\nMIIE\n${END}»\nnext`,
    `«${BEGIN}\nMIIE\n»not a key line\nnext`,
    `«${BEGIN}\nMIIE\n\nMIIE\n»next line here`,
    `«${BEGIN}  \nMIIE\n»not this one\n`,
    `x «${BEGIN}\nMIIE\n${END}» y`,
    `> «${BEGIN}\n> MIIE\n> MIIF\n»plain words here`,
    '«-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\nMIIE\n»plain words here\n',
    '«-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nMIIE\n-----END PGP PRIVATE KEY BLOCK-----» y',
    `«${BEGIN}MIIE»"next`,
    `«${BEGIN}MIIE»\nnext`,
    `«${BEGIN}MIIE${END}»next`,
    `"«${BEGIN}\\nMIIE\\n${END}»\\n" next`,
    `«${BEGIN}\\nMIIE\\n»" next`,
    `«${BEGIN}\\nMIIE»' next`,
    `«${BEGIN}\\nMIIE»\` next`,
    '-----BEGIN X-----\nMIIE',
    '-----BEGIN CERTIFICATE-----\nMIIE',
  ])('is masked to its end: %j', (marked) => {
    expectMasked(marked);
  });

  it.each(['" next', `${END}"`, '\nnext', "' x"])(
    'that is longer than a window is masked before %j',
    (after) => {
      const end = after.startsWith(END) ? END : '';
      const secret = `${BEGIN}\\n${'MIIE'.repeat(20_000)}${end}`;
      const text = `"${secret}${after.slice(end.length)}`;
      expect(redactor.text(text)).toBe(`"[redacted]${after.slice(end.length)}`);
      expect(redactor.find(text)).toEqual([{ rule: 'private-key', start: 1, end: 1 + secret.length }]);
    },
  );

  it('in pieces is emitted with its end', () => {
    const pieces = ['-----BEGIN PRIV', 'ATE KEY-----\nMI', 'IE\n', `${END}\nnext\n`];
    expect(emittedTexts(pieces)).toEqual(['', '', '', '[redacted]\nnext\n', '']);
  });
});

describe('percent-encoded text', () => {
  it.each([4085, 4096, 9000])('of more than %d characters is decoded completely', (length) => {
    expectMasked(
      `a%20${'x'.repeat(length)}%20password%3D«hunter2x»%20${'x'.repeat(length)}%20password%3D«hunter3x»`,
    );
  });

  it.each([
    'a%20password%3D«hunter2x»%20b',
    'password%3d«hunter2x»',
    'password%253D«hunter2x»',
    'password%25253D«hunter2x»',
    'password%2525253Dhunter2x',
    'a b%20c password%3D«hunter2x»',
    '%password%3D«hunter2x»',
    '%«%41KIAIOSFODNN7EXAMPLE»',
    'a%20x%41KIAIOSFODNN7EXAMPLE',
    'password%3D«abcd12»!<b',
    'password%3D«abcd12!»%3Cb',
    ...'"\\<`{}\n\t \u2029'.split('').map((character) => `password%3D«hunter2x»${character}y`),
    '%',
    '%4',
    '%4g',
    '%zz%3D',
    'x%3',
  ])('%j', (marked) => {
    expectMasked(marked);
  });
});
