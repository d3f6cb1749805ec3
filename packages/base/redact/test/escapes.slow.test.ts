import { describe, expect, it, test } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { TOKEN_RULES } from '../src/tokens/table.ts';
import { ESCAPES } from './escapes.ts';
import { expectMasked } from './expect-masked.ts';
import { POSITIVES } from './positives.ts';

const redactor = createRedactor();
const TOKENS = POSITIVES.filter(({ text }) => text.startsWith('{"note":"'));
const PLACES = POSITIVES.filter(({ kind }) => !kind.includes('{'));

/** Whether the beginning or the end of a secret remains in the masked text. */
const isLeaked = (text: string, secret: string): boolean => {
  const clean = redactor.text(text);
  return [secret.slice(0, 10), secret.slice(-8)].some((piece) => clean.includes(piece));
};

describe.each(ESCAPES)('%j', (escape) => {
  it('may precede a token of every kind', () => {
    const leaked = TOKENS.filter(({ secret }) => isLeaked(`{"a":"text${escape}${secret}"}`, secret));
    expect(leaked.map(({ kind }) => kind)).toEqual([]);
  });

  it('may follow a token of every kind', () => {
    const leaked = TOKENS.filter(({ secret }) => isLeaked(`{"a":"${secret}${escape}text"}`, secret));
    expect(leaked.map(({ kind }) => kind)).toEqual([]);
  });

  it('may precede a credential at every kind of place', () => {
    // A private key is not recognized in percent-encoded text.
    const isEncoded = /%(?:1|5)/.test(escape);
    const leaked = PLACES.filter(({ text, secret }) =>
      isEncoded
        ? !text.includes('PRIVATE KEY') && isLeaked(`text${escape}${encodeURIComponent(text)}`, secret)
        : isLeaked(`text${escape}${text}`, secret),
    );
    expect(leaked.map(({ kind }) => kind)).toEqual([]);
  });

  it('is not masked', () => {
    const token = `ghp_${'aB3d'.repeat(9)}`;
    const escaped = redactor.text(`text${escape}${token}`);
    expect(escaped).toBe(`text${escape}[redacted]`);
  });
});

test('a token whose prefix has at least four characters may follow an underscore', () => {
  const leaked = TOKENS.filter(({ secret }) =>
    TOKEN_RULES.some(({ starts }) => starts.some((start) => start.length >= 4 && secret.startsWith(start))),
  ).filter(({ secret }) => isLeaked(`my_${secret}`, secret));
  expect(leaked.map(({ kind }) => kind)).toEqual([]);
});

test.each(['-', '\n-', ' -', '"-', '\\n-', '\u001b[31m-', '%0A-'])(
  'a token of every kind may follow %j',
  (before) => {
    const leaked = TOKENS.filter(({ secret }) => isLeaked(`${before}${secret}`, secret));
    expect(leaked.map(({ kind }) => kind)).toEqual([]);
  },
);

test('a token of npm may consist of letters', () => {
  const secret = `npm_${'aBcDeF'.repeat(6)}`;
  expect(redactor.text(`${secret}\n${secret}s`)).toBe(`[redacted]\n${secret}s`);
});

test.each([
  'my-sk-aB3daB3daB3daB3daB3d',
  '--rk-colors-selectedOptionBorder',
  'my_sk-aB3daB3daB3daB3daB3d',
  'my_npm_package_of_the_registry_v2',
  'test_live_reload_of_the_page_in_2_browsers_and_more',
  'use_vcr_cassettes_for_the_first_test',
  'text_ghp_',
  '\\nsk-learn-pipeline-of-the-second-kind',
  'C:\\new\\test\\risk-free-and-task-oriented',
  'see [2] and [32] of xai-file-search-tool',
  '%20sk-learn-pipeline-of-the-second-kind',
])('%s is not masked', (text) => {
  expect(redactor.text(text)).toBe(text);
});

test.each([
  'one\\npassword=«hunter2x»',
  'one\\\\npassword: «hunter2x»',
  'one\\u000aapi_key=«aB3daB3d»',
  '\u001b[1mpassword=«hunter2x»',
  '\\u001b[1;31mpassword=«hunter2x»',
  'run\\n--password «hunter2x»',
  'see\\nhttps://user@host/x and\\nhttps://user:«pass»@host/x',
  '"cmd":"cd x\\nsshpass -p «hunter2x» ssh"',
])('%s', (marked) => {
  expectMasked(marked);
});

test.each(['\\n', '\\u0020', '\u001b[32m', '\\u001b[1;31m'])('a window is not cut within %j', (escape) => {
  const token = `ghp_${'aB3d'.repeat(9)}`;
  const after = ` ${'!'.repeat(5000)}`;
  const leaks = Array.from({ length: 60 }, (_, at) => 30_690 + at).filter((at) => {
    const before = '!'.repeat(at);
    return redactor.text(before + escape + token + after) !== `${before}${escape}[redacted]${after}`;
  });
  expect(leaks).toEqual([]);
});
