import { describe, expect, it, test } from 'vitest';
import { createRedactor } from '../src/index.ts';

const SECRET = 'canary/Q7+w=9"x é';
const redactor = createRedactor({ secrets: () => [SECRET, 'two\nlines of it', '  padded-value\n'] });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a known value is masked', () => {
  it.each([
    ['unchanged', SECRET],
    ['percent-encoded', encodeURIComponent(SECRET)],
    [
      'percent-encoded in lowercase',
      encodeURIComponent(SECRET).replaceAll(/%../g, (code) => code.toLowerCase()),
    ],
    ['encoded as a form', encodeURIComponent(SECRET).replaceAll('%20', '+')],
    ['inside JSON', JSON.stringify({ text: SECRET })],
    ['inside JSON inside JSON', JSON.stringify(JSON.stringify({ text: SECRET }))],
    ['in base64', base64(SECRET)],
    ['in base64, second of a pair', base64(`user:${SECRET}`)],
    ['in base64, at another offset', base64(`me:${SECRET}:x`)],
    ['in base64url', Buffer.from(`u:${SECRET}`).toString('base64url')],
  ])('%s', (_, text) => {
    const clean = redactor.text(`before ${text} after`);
    expect(clean).toContain('[redacted]');
    expect(clean).not.toContain('canary');
    expect(Buffer.from(clean, 'base64').toString('latin1')).not.toContain('canary');
  });

  it('across a line break, and without its surrounding white space', () => {
    expect(redactor.text('a two\nlines of it b')).toBe('a [redacted] b');
    expect(redactor.text('key=padded-value.')).toBe('key=[redacted].');
  });

  it('once if copies of it follow each other directly', () => {
    expect(createRedactor({ secrets: () => ['abcd'] }).text('xabcdabcdabcdy')).toBe('x[redacted]y');
  });

  it('with the rule `literal` in a finding', () => {
    expect(redactor.find(`x ${SECRET}\ntoken=ab12cd34ef56gh78`)).toEqual([
      { rule: 'literal', start: 2, end: 2 + SECRET.length },
      { rule: 'keyed-value', start: SECRET.length + 9, end: SECRET.length + 25 },
    ]);
  });
});

test.each([
  ['', /^\[redacted\]eno=$/],
  ['x', /^..\[redacted\].*$/],
  ['xy', /^...\[redacted\].*$/],
  ['xyz', /^eHl6\[redacted\]eno=$/],
])(
  'base64 is masked from the first character that only the secret determines, after "%s"',
  (before, expected) => {
    const long = createRedactor({ secrets: () => ['abcdefghijkl'] });
    const clean = long.text(base64(`${before}abcdefghijklzz`));
    expect(clean).toMatch(expected);
    expect(clean.length).toBeLessThanOrEqual('xxx[redacted]xxxxxx'.length);
  },
);

test('a secret of fewer than three characters, or of fewer than eight in base64, is ignored', () => {
  expect(createRedactor({ secrets: () => ['ab'] }).text('abc')).toBe('abc');
  expect(createRedactor({ secrets: () => ['abc'] }).text('abc')).toBe('[redacted]');
  expect(createRedactor({ secrets: () => ['abcde'] }).text(base64('abcde'))).toBe(base64('abcde'));
  expect(createRedactor({ secrets: () => ['abcdef'] }).text(base64('abcdef'))).toBe('[redacted]');
});

test.each([
  [6, true],
  [7, false],
])('a secret in %d levels of JSON is masked: %s', (levels, isMasked) => {
  let text = 'se"cret';
  for (let level = 0; level < levels; level++) text = JSON.stringify(text).slice(1, -1);
  const clean = createRedactor({ secrets: () => ['se"cret'] }).text(`x ${text} y`);
  expect(clean).toBe(isMasked ? 'x [redacted] y' : `x ${text} y`);
});

test('white space around a known secret is masked with it', () => {
  const paddedRedactor = createRedactor({ secrets: () => [' ab c\n'] });
  expect(paddedRedactor.text('x ab c\ny ab c z')).toBe('x[redacted]y [redacted] z');
  expect(paddedRedactor.text('"x ab c\\ny"')).toBe('"x[redacted]y"');
});

test('known values are read at every use', () => {
  const secrets: string[] = [];
  const growingRedactor = createRedactor({ secrets: () => secrets });
  expect(growingRedactor.text('the word zebra-9')).toBe('the word zebra-9');
  secrets.push('zebra-9');
  expect(growingRedactor.text('the word zebra-9')).toBe('the word [redacted]');
});

test('the rules apply if a source throws, and values that are not valid strings are ignored', () => {
  const failingRedactor = createRedactor({
    secrets: () => {
      throw new Error('no vault');
    },
  });
  expect(failingRedactor.text('token=ab12cd34ef56gh78')).toBe('token=[redacted]');
  const invalidSecrets = createRedactor({
    secrets: () => [undefined, 12, 'ab', '\ud800x', ''] as unknown as string[],
  });
  expect(invalidSecrets.text('ab 12 \ud800x')).toBe('ab 12 \ud800x');
});

test('rules of the application apply in addition to the built-in ones', () => {
  const customRedactor = createRedactor({
    rules: [{ id: 'ours', pattern: /\bid=(\w+)/g, group: 1, source: 'own' }],
  });
  expect(customRedactor.text('id=abc token=ab12cd34ef56gh78')).toBe('id=[redacted] token=[redacted]');
  expect(customRedactor.find('id=abc')).toEqual([{ rule: 'ours', start: 3, end: 6 }]);
});

test('a fingerprint is equal only for the same secret and salt', () => {
  const [one, two, other] = ['a', 'a', 'b'].map((salt) =>
    createRedactor({ fingerprint: { salt } }).text('token=ab12cd34ef56gh78'),
  );
  expect(one).toBe('token=[redacted:' + (one?.slice(16, 28) ?? '') + ']');
  expect(two).toBe(one);
  expect(other).not.toBe(one);
});

test.each([
  ['aaa', 'xaaaay', 'x[redacted]y'],
  ['redacted', '[redacted] redacted', '[redacted] [redacted]'],
  ['redacted', '[[redacted]', '[[redacted]'],
  ['redacted', 'redacted[redacted]redacted', '[redacted][redacted][redacted]'],
  ['redacted', '[redacted:0123456789ab]redacted', '[redacted:0123456789ab][redacted]'],
  ['redacted', '[redacted:0123456789ag]', '[[redacted]:0123456789ag]'],
  ['>>>???>>>', 'Pj4+Pz8/Pj4+', '[redacted]'],
  ['>>>???>>>', 'Pj4-Pz8_Pj4-', '[redacted]'],
])('the known secret %j in %j is masked: %j', (secret, text, expected) => {
  expect(createRedactor({ secrets: () => [secret] }).text(text)).toBe(expected);
});

test.each([
  [/acme-(\d+)/, undefined, 'acme-12', '«acme-12»'],
  [/acme-(\d+)/, 1, 'acme-12', 'acme-«12»'],
  [/acme-(\d+)?[a-z]+/, 1, 'acme-abc', '«acme-abc»'],
  [/acme-(\d+)/, 2, 'acme-12', '«acme-12»'],
  [/\d*/, undefined, 'a12b', 'a«12»b'],
])('the rule %s with the group %s masks a part of %s: %s', (pattern, group, text, marked) => {
  const customRedactor = createRedactor({ rules: [{ id: 'ours', pattern, group, source: 'own' }] });
  expect(customRedactor.text(text)).toBe(marked.replace(/«.*»/, '[redacted]'));
});
