import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, secretForms } from './redact.ts';

const SECRET = 'canary/Q7+w=9"x';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a known secret is masked', () => {
  it.each([
    ['unchanged', SECRET],
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['inside JSON', JSON.stringify({ text: SECRET })],
    ['inside JSON inside JSON', JSON.stringify(JSON.stringify({ text: 'a', key: 'canary-abcdef' }))],
    ['in base64', base64(SECRET)],
    ['in base64, second of a pair', base64(`user:${SECRET}`)],
    ['in base64, at the other odd offset', base64(`me:${SECRET}:x`)],
    ['in base64url', Buffer.from(`u:${SECRET}`).toString('base64url')],
  ])('%s', (_, text) => {
    const clean = redact(text, [SECRET, 'canary-abcdef']);
    expect(clean).toContain('***');
    expect(clean).not.toContain('canary');
    expect(clean).not.toContain(base64(SECRET).slice(3, 12));
    expect(Buffer.from(clean, 'base64').toString('latin1')).not.toContain('canary');
  });

  it('without a line break at its end', () => {
    expect(redact('bad key hunter2-and-more', ['hunter2-and-more\n'])).toBe('bad key ***');
  });

  it('unless it has one or two characters', () => {
    expect(secretForms('ab')).toEqual([]);
    expect(secretForms(' a ')).toEqual([]);
  });
});

/** Tokens whose fixed beginning has at least four characters. */
const LONG_BEGINNINGS = [
  'sk-proj-Ab3dEf6hIj9lMn2pQr5tUv8x',
  'sk-ant-api03-Ab3dEf6hIj9lMn2pQr5t',
  'sk_live_Ab3dEf6hIj9lMn2pQr5tUv8x',
  'ghp_0123456789abcdefghijklmnopqrstuvwxyz',
  'github_pat_Ab3dEf6hIj9lMn2pQr5tUv_8x',
  'gsk_Ab3dEf6hIj9lMn2pQr5tUv8xYz',
  'npm_Ab3dEf6hIj9lMn2pQr5tUv8xYz',
  'xoxb-123456789012-abcdefgh',
  'AIzaSyAb3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fG',
  'AKIAIOSFODNN7EXAMPL2',
  'ya29.a0Ab3dEf6hIj9lMn2pQr5t',
];
const TOKENS = [
  ...LONG_BEGINNINGS,
  'sk-abcdefghijklmnop1234',
  'hf_Ab3dEf6hIj9lMn2pQr5tUv8xYz',
  'SG.abcdefghijklmnopqr.abcdefghijklmnopqr',
  'eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2Q',
];

describe('a pattern is masked', () => {
  it.each([
    ['Bearer abcdefghijklmnopqrstuvwxyz', 'Bearer ***'],
    ['{"x-api-key":"abc-def-ghi"}', '{"x-api-key":"***"}'],
    ['"{\\"apiKey\\":\\"abc-def-ghi\\"}"', '"{\\"apiKey\\":\\"***\\"}"'],
    ['aws_secret_access_key=wJalrXUtnFEMI', 'aws_secret_access_key=***'],
    ['"sessionToken": "FwoGZXIvYXdz"', '"sessionToken": "***"'],
    ['client_secret=abcdefgh&x=1', 'client_secret=***&x=1'],
    ['GET /v1/models?key=abcdefgh&pageSize=5', 'GET /v1/models?key=***&pageSize=5'],
    ['https://user:p@ss@host/x', 'https://***@host/x'],
    ['llama-swap://tok@10.0.0.1:8080', 'llama-swap://***@10.0.0.1:8080'],
    ['ghs_abcdefghijklmnop1234', '***'],
    ['xoxb-12345-abcdefgh', '***'],
    ['SG.abcdefghijklmnopqr.abcdefghijklmnopqr', '***'],
    ['npm_abcdefghijklmnop1234', '***'],
    ['eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2Q', '***'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----.', '***-----END PRIVATE KEY-----.'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
    expect(redact(clean)).toBe(clean);
  });

  describe.each([
    '\\n',
    '\\r',
    '\\t',
    '\\b',
    '\\f',
    '\\\\n',
    '\\u0020',
    '\\\\u000A',
    '\\x0a',
    '%20',
    '%3D',
    '%0a',
    '%2520',
    '\u001b[32m',
    '\u001b[1;38;5;12m',
    '\u001b[m',
    '\\u001b[0m',
    '\\x1b[0K',
    '\\0',
    '\\012',
    '\\33',
    '\\a',
    '\\U0001f511',
    '%5Cn',
    '=3D',
    '#012',
    '^I',
    '\u001b(B',
    '\\u001b(B',
    '\u001b[H',
    '\u001b7',
  ])('after and before %j', (escape) => {
    it.each(TOKENS)('%s', (token) => {
      expect(redact(`text${escape}${token}${escape}text`)).toBe(`text${escape}***${escape}text`);
    });

    it.each([
      ['Bearer ', 'abcdefghijklmnopqrstuvwxyz'],
      ['api_key=', 'abc-def-ghi'],
      ['https://', 'user:p@ss', '@host/x'],
    ])('%s%s', (before, secret, after = '') => {
      const clean = redact(`text${escape}${before}${secret}${after}`);
      expect(clean).toBe(`text${escape}${before}***${after}`);
    });
  });

  it.each(TOKENS)('after a hyphen that begins a line: %s', (token) => {
    expect(redact(`-${token}\\n-${token}`)).toBe('-***\\n-***');
  });

  it.each(LONG_BEGINNINGS)('after an underscore: %s', (token) => {
    expect(redact(`text_${token}`)).toBe('text_***');
  });

  it.each([
    'run_npm_install_and_build_all',
    'my_sk-abcdefghijklmnop1234',
    'the_sk_test_of_the_next_words',
    'render_gsk_container_node_new',
    'a\\nrisk-free-and-task-oriented',
    'C:\\npm-packages',
    'a basic understanding of things',
    'the bearer certificate',
    '{"text":"a basic understanding","total_tokens":12}',
    'maxTokens: 4096, totalTokens=123456',
    'x-ratelimit-remaining-tokens: 3999992',
    'mail me at someone@example.com',
    'https://example.com/@user?page=2',
    'risk-free and task-oriented-approach',
    'sk-short',
    '"key":"value of a tool argument"',
    'call_abcdefghijklmnopqrstuvwx',
  ])('but %s is unchanged', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('redaction', () => {
  it('of random text removes all forms of the secret and is idempotent', () => {
    const secret = fc
      .string({ unit: 'grapheme', minLength: 3, maxLength: 24 })
      .filter((text) => text.trim().length > 2);
    fc.assert(
      fc.property(secret, fc.array(fc.string({ maxLength: 20 })), (key, parts) => {
        const clean = redact(parts.join(key), [key]);
        for (const form of secretForms(key)) expect(clean.split('***').join('')).not.toContain(form);
        expect(redact(clean, [key])).toBe(clean);
      }),
      { numRuns: 500, seed: 20_261_120 },
    );
  });

  it.each([
    ['blanks after "bearer"', `bearer${' '.repeat(200_000)}`],
    ['many bearers', 'bearer '.repeat(30_000)],
    ['blanks after a header name', `x-api-key${' '.repeat(200_000)}`],
    ['schemes', '://'.repeat(70_000)],
    ['at signs', `://${'@'.repeat(200_000)}`],
    ['halves of JWTs', 'eyJaaaaaaaa-'.repeat(20_000)],
    ['halves of JWTs in a row', 'eyJaaaaaaaa.'.repeat(20_000)],
    ['halves of SendGrid keys', 'SG.abcdefghijklmnopqr-'.repeat(10_000)],
    ['beginnings of private keys', '-----BEGIN PRIVATE KEY-----'.repeat(8000)],
    ['dashes', '-'.repeat(200_000)],
    ['secrets', 'hunter22'.repeat(25_000)],
    ['equal signs', 'token='.repeat(35_000)],
    ['beginnings after underscores', '_ghp_'.repeat(40_000)],
    ['names after underscores', '_gsk_aaaaaaaaaaaa-aaaaaaaaa'.repeat(8000)],
    ['escapes', '\\n'.repeat(100_000)],
    ['escapes of characters', '\\u0020'.repeat(35_000)],
    ['percent-codes', '%25'.repeat(70_000)],
    ['terminal sequences', '[1;'.repeat(70_000)],
  ])('takes linear time: %s', (_, text) => {
    const began = process.cpuUsage();
    redact(text, ['hunter22', 'x'.repeat(40)]);
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(400);
  });
});
