import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';

const redactor = createRedactor();
const MASK = '[redacted]';

it('an empty password in a URL is not a finding', () => {
  expect(redactor.find('https://user:@host/')).toEqual([]);
});

describe('a value after a name', () => {
  it.each([
    ['x-api-key: abc123', `x-api-key: ${MASK}`],
    ['x-api-key: abcdef', 'x-api-key: abcdef'],
    ['apikey = abc123', 'apikey = abc123'],
    ['apikey=abc123', `apikey=${MASK}`],
    ['apikey=abc12', 'apikey=abc12'],
    ['password: ab12', 'password: ab12'],
    ['password: abc12', 'password: abc12'],
    ['password: abcd12', `password: ${MASK}`],
    ['password: abcdef', 'password: abcdef'],
    ['password=abcd', `password=${MASK}`],
    ['password=abc', 'password=abc'],
    ['<password>abcd</password>', `<password>${MASK}</password>`],
    ['password>abcd', 'password>abcd'],
    ['x-credential: abcd1234', 'x-credential: abcd1234'],
    ['--password/abcd12', '--password/abcd12'],
    ['name="DB_PASSWORD" value="abcd12"', `name="DB_PASSWORD" value="${MASK}"`],
    ['?code=abcdefgh', '?code=abcdefgh'],
    ['f(token=abcd1234)', `f(token=${MASK})`],
    ['?password=abcd!&x=1', `?password=${MASK}&x=1`],
  ])('%s becomes %s', (text, masked) => {
    expect(redactor.text(text)).toBe(masked);
  });
});

it('the parameters of an authorization header are masked up to 2048 characters', () => {
  const parameters = 'nonce=1, '.repeat(300);
  expect(redactor.text(`Authorization: Digest ${parameters}`)).toBe(
    `Authorization: Digest ${MASK}${parameters.slice(2048)}`,
  );
});

it('rules of an application match in every line, but not across lines', () => {
  const customRedactor = createRedactor({ rules: [{ id: 'own', pattern: /acme-[\s\d]+/, source: 'own' }] });
  expect(customRedactor.text('one acme-12\nacme-345 b\n\nb acme-6\n7')).toBe(
    `one ${MASK}\n${MASK}b\n\nb ${MASK}\n7`,
  );
});

describe('the rule of a finding', () => {
  const ruleIn = (text: string): readonly string[] => redactor.find(text).map(({ rule }) => rule);

  it.each([
    ['{"password":"abcd12"}', 'keyed-value'],
    ['{"password":12345678}', 'keyed-value'],
    ['{"cookie":"session=abcd1234"}', 'cookie'],
    ['cookie: session=abcd1234', 'cookie'],
    ['password=abcd12', 'keyed-value'],
    ['authorization: Bearer abcd1234', 'authorization-header'],
    ['{"authorization":"Bearer abcd1234"}', 'authorization-header'],
    ['https://user:abcd@host/', 'url-userinfo'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE', 'private-key'],
  ])('in %s is %s', (text, rule) => {
    expect(ruleIn(text)).toEqual([rule]);
  });

  it('belongs to the finding at its place, in the order of the text', () => {
    const token = 'ghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';
    const text = `password=abcd12 ${token} https://u:abcd@h/ {"passcode":"x"} ${token}`;
    expect(ruleIn(text)).toEqual([
      'keyed-value',
      'github-token',
      'url-userinfo',
      'keyed-value',
      'github-token',
    ]);
  });
});

/** Text in pieces: the last one ends an open value. */
const streamed = (...pieces: readonly string[]): string => {
  const stream = redactor.stream();
  return pieces.map((piece) => stream.push(piece)).join('') + stream.end();
};

describe('a quoted credential that is longer than the largest window', () => {
  const long = 'aB3 '.repeat(300_000);

  it.each(['authorization', 'password'])('is masked to its closing quote after %s', (name) => {
    const text = `{"${name}":"Bearer ${long}","next":"visible"}`;
    const masked = streamed(...(text.match(/[^]{1,100000}/g) ?? []));
    expect(masked).not.toContain('aB3');
    expect(masked).toContain('","next":"visible"}');
  });

  it('ends with its quote, and other text after it is not masked', () => {
    const text = `{"authorization":"Bearer abcd1234","next":"${'visible '.repeat(20_000)}"}`;
    expect(streamed(text)).toBe(text.replace('abcd1234', MASK));
  });
});

describe('the value of a harmless name', () => {
  it.each(['requires', 'require', 'basic', 'no'])('%s_auth is not masked', (name) => {
    expect(redactor.text(`${name}_auth=abcd1234`)).toBe(`${name}_auth=abcd1234`);
  });

  it.each(['is', 'has'])('%s_webhook is not masked', (name) => {
    expect(redactor.text(`${name}_webhook=abcd1234`)).toBe(`${name}_webhook=abcd1234`);
  });

  it('is masked after any other word', () => {
    expect(redactor.text('my_auth=abcd1234 my_webhook=abcd1234')).toBe(`my_auth=${MASK} my_webhook=${MASK}`);
  });
});

describe('a quoted value under a name that may have a secret', () => {
  it.each([
    ['{"token":"next "}', '{"token":"next "}'],
    ['{"token":"two words"}', `{"token":"${MASK}"}`],
    ['{"token":"abcd1234"}', `{"token":"${MASK}"}`],
    ['{"token":"abc1234"}', '{"token":"abc1234"}'],
    ['{"signature":"two words"}', '{"signature":"two words"}'],
  ])('%s becomes %s', (text, masked) => {
    expect(redactor.text(text)).toBe(masked);
  });
});
