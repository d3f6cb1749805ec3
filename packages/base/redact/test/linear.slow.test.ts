import { expect, test } from 'vitest';
import { createRedactor, RULES } from '../src/index.ts';
import { TOKEN_RULES } from '../src/tokens/table.ts';
import { POSITIVES } from './positives.ts';

const MEGABYTE = 1 << 20;
const isSoak = process.env['SOAK'] !== undefined;
/** Maximum cost of a megabyte, in milliseconds: 100, and 16 times that because code is compiled first and machines are shared. */
const MAX_MS = 100 * 16;

const redactor = createRedactor({ secrets: () => ['hunter2-hunter2', 'aaaaaaaaaaaaaaaa'] });
const megabyteOf = (unit: string): string => repeated(unit, MEGABYTE);
const repeated = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

const prose = megabyteOf(
  'Message 7: the quick brown fox jumps over the lazy dog; total_tokens=119, see https://example.com/a/b?page=2.\n',
);
const base64 = btoa(
  megabyteOf(Array.from({ length: 997 }, (_, at) => String.fromCharCode((at * at) % 251)).join('')),
).slice(0, MEGABYTE);

test.each([
  ['prose', prose],
  ['prose in one line', prose.replaceAll('\n', ' ')],
  ['base64', base64],
  ['base64 in lines', base64.replaceAll(/(.{76})/g, '$1\n')],
  ['JSON', megabyteOf(JSON.stringify({ role: 'user', content: 'hello "there"', n: 12 }))],
  ['secrets', megabyteOf(POSITIVES.map(({ text }) => text).join('\n'))],
])('%s takes at most 100 ms per megabyte', (_, text) => {
  expect(costOf(text)).toBeLessThan(MAX_MS);
});

const UNITS: readonly string[] = [
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----END PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----"',
  'Authorization: Bearer ',
  'Authorization: ',
  'api_key   ',
  'a.b.c.d.',
  'eyJaaaaaaaa.',
  'eyJaaaaaaaa-',
  'eyJaaaaaaaa/',
  'x://y:',
  '://',
  '://@',
  '"token":"',
  'a',
  '=',
  ':',
  '"',
  '\\',
  '[',
  '[redacted',
  '[redacted]',
  '[redacted:',
  'key_',
  'a://',
  'token=',
  'token:',
  'token: ',
  'password="',
  'password: "',
  'Cookie: ',
  'Cookie: a=',
  'Set-Cookie: ',
  'basic ',
  'bearer ',
  '--token ',
  '--',
  ' -u a',
  ' --user a:',
  'login a password ',
  '<key>',
  '\n',
  '\r\n',
  '\u2028',
  '\u2029',
  ' ',
  '😀',
  'hunter2-hunter',
  'aaaaaaaaaaaaaaa ',
  'x-api-key: ',
  'secret: aaaaaaaa ',
  '+AS',
  'Q~',
  'ACDb',
  '.atlasv1.',
  '%5Bredacted%5D',
  '?key=',
  '&sig=',
  'authorization: digest ',
  'authorization:%',
  'authorization:',
  'Cookie:a=',
  'Cookie:a=b;',
  'Cookie: a=bcdef; ',
  '"password":"',
  '"password":["a',
  '"password":{"a":',
  '"password":{',
  'password=\'a"}',
  '"password":"\\',
  '"password":1234',
  'authorization: "digest ',
  '%3D',
  '%25',
  '"%25',
  '_ghp_',
  '_npm_a',
  '_live_a1',
  '\\n',
  '\\u0020',
  '%20',
  '[1;',
  '[32m',
  '\\npassword=',
  '\\nBearer ',
  'password%3D%22',
  'mysql -u a ',
  'sshpass -p ',
  'ENV A_SECRET ',
  'name="a" value=',
];

test.each(UNITS)('%j, repeated, takes at most 100 ms per megabyte', (unit) => {
  expect(costOf(repeated(unit, isSoak ? MEGABYTE : MEGABYTE / 8))).toBeLessThan(MAX_MS);
});

test('beginnings of tokens, complete or not, take at most 100 ms per megabyte', () => {
  const starts = TOKEN_RULES.flatMap((rule) => rule.starts).filter((_, at) => isSoak || at % 16 === 0);
  const slow = starts
    .flatMap((start) => [
      start,
      `${start}-`,
      `${start} `,
      `${start}aaaaaaaaaaaa.`,
      `${start}aB3-`,
      `${start}${'a'.repeat(60)} `,
    ])
    .filter((unit) => costOf(repeated(unit, MEGABYTE / 16)) > MAX_MS);
  expect(slow).toEqual([]);
}, 300_000);

test.each([
  ['line', ''],
  ['line after the start of a private key', '-----BEGIN PRIVATE KEY-----'],
  ['line of a private key', '-----BEGIN PRIVATE KEY-----\n'],
])('a long %s in pieces of one character takes at most 100 ms per megabyte', (_, start) => {
  const text = start + repeated('abcdefgh ', MEGABYTE / 8);
  const { stream } = createRedactor();
  const redactPieces = (): void => {
    const run = stream();
    for (const piece of text) run.push(piece);
    run.end();
  };
  expect(costOf(text, redactPieces)).toBeLessThan(MAX_MS);
});

test('expressions run on every supported runtime', () => {
  for (const { pattern } of RULES) {
    expect(pattern.source).not.toMatch(/\(\?<[=!]|\(\?[a-z]*-?[a-z]*:[^:]*\(\?-|\\p\{|\(\?[imsx-]+:/);
    expect(pattern.flags).not.toMatch(/[vgy]/);
  }
});

/** Returns the CPU time of a megabyte like this text, in milliseconds. */
function costOf(text: string, redact: (text: string) => void = redactor.text): number {
  const first = measure(text, redact);
  // A pause of the machine counts several times in a short text, so a slow one is measured again.
  return first > MAX_MS
    ? Math.min(first, measure(text, redact), measure(text, redact), measure(text, redact))
    : first;
}

function measure(text: string, redact: (text: string) => void): number {
  const start = process.cpuUsage();
  redact(text);
  const { user, system } = process.cpuUsage(start);
  return ((user + system) / 1000) * (MEGABYTE / text.length);
}
