import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, type Redactor } from '../src/index.ts';
import { NEGATIVES } from './negatives.ts';
import { POSITIVES } from './positives.ts';

const LITERAL = 'hunter2-and-"more"\nin two lines';
const redactor = createRedactor({
  secrets: () => [LITERAL, 'aXaXa', 'x[re'],
  rules: [{ id: 'custom', pattern: /\bacme_[a-z0-9]{20,}\b/, source: 'own' }],
});

const redactPieces = ({ stream }: Pick<Redactor, 'stream'>, pieces: readonly string[]): string => {
  const run = stream();
  return pieces.map((piece) => run.push(piece)).join('') + run.end();
};

const FIXTURES: readonly string[] = [
  ...POSITIVES.filter(({ text }) => text.length < 400).map(
    ({ text }, at) => `${NEGATIVES[at % NEGATIVES.length] ?? ''} ${text}\nnext: ${at}`,
  ),
  `before ${LITERAL} after`,
  JSON.stringify({ text: LITERAL }),
  'aXaXaXaXa aXaX',
  'x[redacted] and [redacted:0123456789ab] and [redact',
  'acme_abcdefghij0123456789xyz',
];

describe('a stream', () => {
  it('has at least 200 examples', () => {
    expect(FIXTURES.length).toBeGreaterThanOrEqual(200);
  });

  it('masks like `text` if a text is split in two at any position', () => {
    const differences = FIXTURES.flatMap((text, index) => {
      const complete = redactor.text(text);
      // Every sixtieth position of each text, from a different start, and all of them with SOAK=1.
      const step = process.env['SOAK'] === undefined ? 60 : 1;
      return Array.from({ length: text.length + 1 }, (_, at) => at)
        .filter((at) => (at + index) % step === 0)
        .filter((at) => redactPieces(redactor, [text.slice(0, at), text.slice(at)]) !== complete)
        .map((at) => [at, text]);
    });
    expect(differences).toEqual([]);
  });

  it('masks like `text`, character by character', () => {
    for (const text of FIXTURES) expect(redactPieces(redactor, Array.from(text))).toBe(redactor.text(text));
  });

  it('masks like `text` for random texts in random pieces', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...FIXTURES,
        '\n',
        ' ',
        '"',
        '[redacted]',
        'password=',
        '-----BEGIN PRIVATE KEY-----',
        '-----END PRIVATE KEY-----',
        LITERAL,
      ),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(200), { maxLength: 6 }),
        (pieces, cuts) => {
          const text = pieces.join('');
          const parts: string[] = [];
          let at = 0;
          for (const cut of cuts) parts.push(text.slice(at, (at += cut)));
          expect(redactPieces(redactor, [...parts, text.slice(at)])).toBe(redactor.text(text));
        },
      ),
      { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_121 },
    );
  });

  it.each([
    ['of words', 'the quick brown fox, '],
    ['of one run', 'abcdefgh0'],
    ['of secrets', 'password=hunter2-hunter2&'],
    ['of halves of a key', '-----BEGIN PRIVATE KEY----- '],
  ])('masks like `text` in a line %s that is longer than its window', (_, unit) => {
    const secret = 'ghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';
    const text = `${unit.repeat(Math.ceil(40_000 / unit.length))} ${secret} ${unit.repeat(Math.ceil(50_000 / unit.length))} ${secret}`;
    const complete = redactor.text(text);
    expect(complete).not.toContain('ghp_d7');
    for (const size of [1, 7, 4096, 32_768, 65_537]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (__, at) =>
        text.slice(at * size, (at + 1) * size),
      );
      expect(redactPieces(redactor, pieces)).toBe(complete);
    }
  });

  it.each([0.25, 0.75])('masks a secret of which the part %d precedes the end of a window', (part) => {
    // A window of a line has 32,768 characters, and its last 2048 characters are searched again.
    // Every fifteenth example, and all of them with SOAK=1.
    const step = process.env['SOAK'] === undefined ? 15 : 1;
    const leaks = POSITIVES.filter(({ text }) => !/\n|: (?:Digest|AWS4)/.test(text))
      .filter((_, index) => index % step === 0)
      .flatMap(({ text, secret }) => [text, secret])
      .filter((text) => {
        const before = '!'.repeat(32_768 - 2048 - Math.ceil(text.length * part));
        const after = ` ${'!'.repeat(4096)}`;
        return redactor.text(before + text + after) !== before + redactor.text(text) + after;
      });
    expect(leaks).toEqual([]);
  });

  it('masks a secret that is longer than its window', () => {
    const text = `api_key="${'a1B2'.repeat(400_000)}" and more`;
    expect(redactor.text(text)).toBe('api_key="[redacted]" and more');
  });

  it('emits a line when it is complete', () => {
    const run = redactor.stream();
    expect(run.push('token=ab12cd34ef56gh78\nnext')).toBe('token=[redacted]\n');
    expect(run.end()).toBe('next');
  });
});

const END_KEY = '-----END PRIVATE KEY-----';

/** Returns redactors with each kind of mask, which know these secrets and a rule of the application. */
const redactors = (secrets: readonly string[]): readonly Redactor[] =>
  [undefined, { salt: 'pepper' }].map((fingerprint) =>
    createRedactor({
      secrets: () => secrets,
      rules: [{ id: 'acme', pattern: /\bacme_[a-z0-9]{20,}\b/, source: 'test' }],
      fingerprint,
    }),
  );

describe('a redacted text', () => {
  it('is unchanged when it is redacted again', () => {
    for (const text of FIXTURES) {
      const clean = redactor.text(text);
      expect(redactor.text(clean)).toBe(clean);
      expect(redactor.find(clean)).toEqual([]);
    }
  });

  it('is unchanged when it is redacted again, for random texts', () => {
    const secrets = POSITIVES.map(({ secret }) => secret).filter((secret) => secret.length < 200);
    const piece = fc.oneof(
      fc.constantFrom(...secrets),
      fc.constantFrom(
        'password=',
        'api_key: "',
        'Bearer ',
        '://',
        'Cookie: ',
        'token',
        '[redacted]',
        ...'"@:= \n-_.[]&;'.split(''),
        'aXaXa',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const clean = redactor.text(pieces.join(''));
        expect(redactor.text(clean)).toBe(clean);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 300 : 3000, seed: 20_261_122 },
    );
  });

  it.each([
    ['a private key after the start of a value', 'api_key="&-----BEGIN RSA PRIVATE KEY-----\nabc'],
    [
      'a value after a private key',
      `api_key="-----BEGIN PRIVATE KEY-----\nMIIE\n${END_KEY}ENV A_TOKEN abc1"`,
    ],
    [
      'a private key within JSON',
      `token: "\\"private_key\\":\\"-----BEGIN PRIVATE KEY-----\\\\nMIIE${END_KEY}\\""`,
    ],
    ['a short known secret after the start of a value', 'api_key="=aXa'],
  ])('is unchanged when it is redacted again, with %s', (_, text) => {
    for (const again of redactors(['aXa'])) expect(again.text(again.text(text))).toBe(again.text(text));
  });

  it('is unchanged when it is redacted again, for random texts with secrets of every rule', () => {
    const piece = fc.oneof(
      fc.constantFrom(...POSITIVES.map(({ text }) => text).filter((text) => text.length < 2000)),
      fc.constantFrom(
        ...['password=', '"password":"', 'api_key="', 'token: "', 'ENV A_TOKEN ', 'Authorization: Bearer '],
        ...[
          'curl -u a:',
          'login a password ',
          'https://u:p',
          '@h.com/',
          '"name": "A_KEY", "value": "',
          'Cookie: a=',
        ],
        ...[
          '-----BEGIN RSA PRIVATE KEY-----\n',
          '-----BEGIN PRIVATE KEY-----',
          END_KEY,
          'MIIE\n',
          '-----BEGIN ',
        ],
        ...['\\"', '\\n', '%20', '%22'],
        ...`"'\n =:&;-_{}[],<`.split(''),
        ...['[redacted]', '[redacted:0123456789ab]', '[redac', '\u2028', '\u2029', 'aXaXa', 'two\nlines'],
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        for (const again of redactors(['aXaXa', 'two\nlines'])) {
          const clean = again.text(pieces.join(''));
          expect(again.text(clean)).toBe(clean);
        }
      }),
      { numRuns: process.env['SOAK'] === undefined ? 1500 : 30_000, seed: 20_261_128 },
    );
  });

  it('is unchanged when it is redacted again, after long secrets', () => {
    for (const value of ['a1B2'.repeat(700), 'x'.repeat(3000)]) {
      const text = `Cookie: sid=${value}; b=${value} ts=6241575856272, Authorization: token ${value}; c=d`;
      const clean = redactor.text(text);
      expect(clean).toBe(
        'Cookie: sid=[redacted]; b=[redacted] ts=6241575856272, Authorization: token [redacted] c=d',
      );
      expect(redactor.text(clean)).toBe(clean);
    }
  });

  it('retains its fingerprints when it is redacted again', () => {
    const marked = createRedactor({ fingerprint: { salt: 'pepper' } });
    for (const { text } of POSITIVES) {
      const clean = marked.text(text);
      expect(clean).toMatch(/\[redacted:[0-9a-f]{12}\]/);
      expect(marked.text(clean)).toBe(clean);
    }
  });
});
