import { expect, test } from 'vitest';
import { createRedactor, RULES } from '../src/index.ts';
import { TOKEN_RULES } from '../src/tokens/table.ts';
import { POSITIVES } from './positives.ts';

const MEGABYTE = 1 << 20;
/** 100 ms on a quiet machine; a shared one, on which code is compiled first, gets eight times that. */
const MOST_MS = 100 * 8;

const redactor = createRedactor({ secrets: () => ['hunter2-hunter2', 'aaaaaaaaaaaaaaaa'] });
const ofOneMegabyte = (unit: string): string => repeated(unit, MEGABYTE);
const repeated = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

const prose = ofOneMegabyte(
  'Message 7: the quick brown fox jumps over the lazy dog; total_tokens=119, see https://example.com/a/b?page=2.\n',
);
const base64 = btoa(
  ofOneMegabyte(Array.from({ length: 997 }, (_, at) => String.fromCharCode((at * at) % 251)).join('')),
).slice(0, MEGABYTE);

test.each([
  ['prose', prose],
  ['prose in one line', prose.replaceAll('\n', ' ')],
  ['base64', base64],
  ['base64 in lines', base64.replaceAll(/(.{76})/g, '$1\n')],
  ['JSON', ofOneMegabyte(JSON.stringify({ role: 'user', content: 'hello "there"', n: 12 }))],
  ['secrets', ofOneMegabyte(POSITIVES.map(({ text }) => text).join('\n'))],
])('%s takes at most 100 ms a megabyte', (_, text) => {
  expect(costOf(text)).toBeLessThan(MOST_MS);
});

const UNITS: readonly string[] = [
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----END PRIVATE KEY-----',
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
  'password%3D%22',
  'mysql -u a ',
  'sshpass -p ',
  'name="a" value=',
];

test.each(UNITS)('%j, again and again, takes at most 100 ms a megabyte', (unit) => {
  expect(costOf(ofOneMegabyte(unit))).toBeLessThan(MOST_MS);
});

test('beginnings of every token, finished or not, take at most 100 ms a megabyte', () => {
  const slow = TOKEN_RULES.flatMap(({ starts }) => starts).flatMap((start) =>
    [start, `${start}-`, `${start} `, `${start}aaaaaaaaaaaa.`, `${start}aB3-`, `${start}${'a'.repeat(60)} `]
      .map((unit) => {
        const text = repeated(unit, MEGABYTE / 16);
        const first = costOf(text) * 16;
        // A pause of the machine counts sixteenfold: what looks slow is looked at again.
        const again = first > MOST_MS ? [0, 1, 2].map(() => costOf(text) * 16) : [];
        return [unit, Math.min(first, ...again)] as const;
      })
      .filter(([, ms]) => ms > MOST_MS),
  );
  expect(slow).toEqual([]);
}, 300_000);

test('no expression needs what an older runtime lacks', () => {
  for (const { pattern } of RULES) {
    expect(pattern.source).not.toMatch(/\(\?<[=!]|\(\?[a-z]*-?[a-z]*:[^:]*\(\?-|\\p\{|\(\?[imsx-]+:/);
    expect(pattern.flags).not.toMatch(/[vgy]/);
  }
});

function costOf(text: string): number {
  const began = process.cpuUsage();
  redactor.text(text);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
