import { describe, expect, it, test } from 'vitest';
import { createRedactor, RULES } from '../src/index.ts';
import { PLACE_RULES } from '../src/patterns.ts';
import { INNER_RULES, TOKEN_RULES } from '../src/tokens/table.ts';
import { NEGATIVES } from './negatives.ts';
import { POSITIVES } from './positives.ts';

const redactor = createRedactor();

test('both sets are large', () => {
  expect(POSITIVES.length).toBeGreaterThanOrEqual(300);
  expect(NEGATIVES.length).toBeGreaterThanOrEqual(300);
  expect(RULES.length).toBeGreaterThanOrEqual(120);
});

test('the rules are those of tokens and places, with their public members', () => {
  const all = [...TOKEN_RULES, ...INNER_RULES, ...PLACE_RULES];
  expect(RULES).toEqual(all.map(({ id, pattern, group, source }) => ({ id, pattern, group, source })));
  expect(RULES.every((rule) => Object.isFrozen(rule))).toBe(true);
  const grouped = RULES.filter((rule) => 'group' in rule).map(({ id }) => id);
  expect(grouped).toEqual(PLACE_RULES.map(({ id }) => id));
});

test('every rule has a separate name', () => {
  const ids = RULES.map(({ id }) => id);
  expect(ids.filter((id) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every rule has a source, and every token a prefix, except tokens that an inner part identifies', () => {
  expect(RULES.filter(({ source }) => /^\W|^$/.test(source)).map(({ id }) => id)).toEqual([]);
  const isShort = (start: string): boolean => start.length < 2;
  expect(TOKEN_RULES.filter(({ starts }) => starts.some(isShort)).map(({ id }) => id)).toEqual([
    'discord-bot-token',
    'telegram-bot-token',
    'facebook-app-token',
    'mailchimp-key',
  ]);
});

test('every token begins with a character of a word', () => {
  expect(TOKEN_RULES.flatMap(({ starts }) => starts).filter((start) => !/^\w/.test(start))).toEqual([]);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('a Telegram token may begin with %d', (digit) => {
  expect(redactor.text(`${digit}234567890:A${'aB3'.repeat(11)}x`)).toBe('[redacted]');
});

test('a prefix alone is not a token', () => {
  const starts = TOKEN_RULES.flatMap((rule) => rule.starts);
  expect(starts.filter((start) => redactor.text(`a ${start} b`) !== `a ${start} b`)).toEqual([]);
});

test.each(['-', '_'])('a token may follow "%s" if its prefix has at least four characters', (join) => {
  const digits = 'd7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';
  expect(redactor.text(`my${join}ghp_${digits}`)).toBe(`my${join}[redacted]`);
  expect(redactor.text(`my${join}sk-${digits}`)).toBe(`my${join}sk-${digits}`);
});

test.each([
  ['sk-', 'sk-key'],
  ['sk-ant-', 'anthropic-key'],
  ['sk-or-', 'openrouter-key'],
  ['sk-proj-', 'openai-key'],
  ['sk-litellm-', 'litellm-key'],
  ['sk-helicone-', 'helicone-key'],
  ['pk-helicone-', 'helicone-key'],
  ['pk-live-', 'portkey-key'],
  ['sk_live_', 'stripe-key'],
  ['pk_test_', 'stripe-key'],
  ['ghp_', 'github-token'],
  ['glpat-', 'gitlab-token'],
])('the longest known prefix determines the rule of a token: %s is %s', (start, rule) => {
  const token = `${start}d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123`;
  expect(redactor.find(`a ${token} b`)).toEqual([{ rule, start: 2, end: 2 + token.length }]);
});

describe('a token without a known prefix', () => {
  const base64 = 'aB3d'.repeat(19);
  const TOKENS = [
    ['azure-client-secret', `aB37Q~${'aB3d'.repeat(9)}`],
    ['azure-key', `${'aB3d'.repeat(13)}JQQJ99${'aB3d'.repeat(6)}`],
    ['azure-storage-key', `${base64}+ASaB3daB3==`],
    ['azure-batch-key', `${base64}+ABaB3daB3==`],
    ['azure-cosmos-key', `${base64}ACDbaB3daB==`],
    ['azure-function-key', `${'aB3_'.repeat(11)}AzFuaB3_aB==`],
    ['terraform-token', `${'aB3d'.repeat(3)}xy.atlasv1.${'aB3d'.repeat(12)}`],
    ['maxmind-key', `aB3daB_${'aB3d'.repeat(7)}a_mmk`],
  ] as const;

  it.each(TOKENS)('%s is found', (rule, token) => {
    expect(redactor.find(token)).toEqual([{ rule, start: 0, end: token.length }]);
    expect(redactor.find(`${token} ${token}`).map(({ start }) => start)).toEqual([0, token.length + 1]);
  });

  it.each(TOKENS)('%s is not found within base64 or a word', (_, token) => {
    for (const before of ['a', '0', '_', '+', '/']) expect(redactor.find(before + token)).toEqual([]);
    for (const before of [' ', '"', '-', 'é']) expect(redactor.find(before + token)).toHaveLength(1);
  });

  it.each(TOKENS)('%s is not found without its first characters', (_, token) => {
    expect(redactor.find(token.slice(1))).toEqual([]);
  });

  it('a webhook of Teams is found at its fixed part', () => {
    const url = `.webhook.office.com/webhookb2/${'aB3d-'.repeat(12)}`;
    expect(redactor.find(`https://x${url}`)).toEqual([
      { rule: 'teams-webhook', start: 9, end: 9 + url.length },
    ]);
  });
});

describe('a token with a known prefix', () => {
  const token = 'ghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';
  it.each(['', ' ', '"', '(', '=', 'é', '-', '_'])('is found after "%s"', (before) => {
    expect(redactor.find(before + token)).toEqual([
      { rule: 'github-token', start: before.length, end: before.length + token.length },
    ]);
  });

  it.each(['a', '0'])('is not found after "%s"', (before) => {
    expect(redactor.find(before + token)).toEqual([]);
  });

  it('is found again after another one, and includes the rest of its word', () => {
    expect(redactor.text(`xoxb-0123456789+s.${'aB3d'.repeat(6)}`)).toBe(`[redacted].${'aB3d'.repeat(6)}`);
    const text = `${token},${token}-more_x.y`;
    expect(redactor.text(text)).toBe('[redacted],[redacted].y');
    expect(redactor.text(`${token}é`)).toBe('[redacted]é');
    const fixed = `rubygems_${'0123456789abcdef'.repeat(3)}`;
    expect(redactor.text(`${fixed}xyz-w_0.y`)).toBe('[redacted].y');
  });
});

test.each(POSITIVES.map(({ kind, text, secret }) => [kind, text, secret]))(
  '%s is masked completely',
  (_, text, secret) => {
    const clean = redactor.text(text);
    expect(clean).toContain('[redacted]');
    expect(clean).not.toContain(secret);
    // Neither its beginning nor its end remains.
    for (const piece of [secret.slice(0, 10), secret.slice(-8)]) expect(clean).not.toContain(piece);
  },
);

test.each(NEGATIVES)('%s is not masked', (text) => {
  expect(redactor.text(text)).toBe(text);
});
