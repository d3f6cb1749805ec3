import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { expectMasked } from './expect-masked.ts';

const redactor = createRedactor();
const MASK = '[redacted]';

describe('between a name and its value', () => {
  it.each([
    `password:${' '.repeat(4)}«abcd12»`,
    `password:${' '.repeat(5)}abcd12`,
    'password:\t«abcd12»',
    `password${' '.repeat(8)}: «abcd12»`,
    `password${' '.repeat(9)}: abcd12`,
    `"password"${' '.repeat(7)}: "«abcd12»"`,
    `"password"${' '.repeat(8)}: "abcd12"`,
    `{"name":"DB_PASSWORD"${' '.repeat(40)}"value":"«abcd12»"}`,
    `{"name":"DB_PASSWORD"${' '.repeat(41)}"value":"abcd12"}`,
  ])('the number of blanks is limited: %s', (marked) => {
    expectMasked(marked);
  });

  it.each([
    ...['=', ' = ', ':', ': ', ' : ', '=>', ' => ', ':=', ' := '].map((text) => `password${text}«abcd12»`),
    ...['==', ' == ', '===', ' === ', '!=', ' != ', '<=', '>=', ' <= ', ' >= '].map(
      (text) => `password${text}abcd12`,
    ),
    '"password"="abc"',
    '"password"=>"«abc»"',
  ])('an assignment is not a comparison: %s', (marked) => {
    expectMasked(marked);
  });

  it.each([
    ...'\t\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"\'`\\])?|:+.-_'
      .split('')
      .map((character) => `password${character}: «abcd12»`),
    ...'([{>*#,;&~'.split('').map((character) => `password${character}: abcd12`),
  ])('only some characters are allowed: %j', (marked) => {
    expectMasked(marked);
  });
});

describe('a value without quotes', () => {
  it.each([
    ...' \t\n\r"`&,;<>\u00a0\u2028\u2029'.split('').map((character) => `password=«abcd12»${character}zz`),
    ...")]}:!?'|\\/".split('').map((character) => `password=«abcd12${character}zz»`),
    'password=abcd12.zz',
  ])('ends at whitespace, quotes and separators: %j', (marked) => {
    expectMasked(marked.replaceAll('\u2028', '\u2029'));
  });

  it.each(')]}.:!?'.split(''))('includes a final %s only before `&` and `<`', (character) => {
    expectMasked(`password=«abcd12»${character}`);
    expectMasked(`password=«abcd12»${character} x`);
    expectMasked(`password=«abcd12${character}»&x=1`);
    expectMasked(`<password>«abcd12${character}»</password>`);
  });

  it('of an element ends at the next tag', () => {
    expectMasked('<a><password>abcd12 x');
    expectMasked('<password>abcd12');
    expectMasked('<password>«abcd12»</password>');
  });
});

describe('an option of a command', () => {
  it.each([
    '--password «abcd12»',
    '--password  «abcd12»',
    '--Password «abcd12»',
    'x --api-key «ab12cd34ef56»',
    '--password «abcd12» --api-key «ab12cd34ef56»',
    '--api-key abc123',
    '--pwd /home/me',
    '--password\tabcd12',
    '--password -x',
    '--password -abcd12',
    '--password --next',
    '-password abcd12',
    'a--password abcd12',
    '---password abcd12',
    '--1password abcd12',
    `--${'a'.repeat(58)}-token «ab12cd34ef56»`,
    `--${'a'.repeat(59)}-token ab12cd34ef56`,
  ])('%s', (marked) => {
    expectMasked(marked);
  });
});

describe('a number under a secret name', () => {
  const quoted = (text: string, number: string): void => {
    expect(redactor.text(text)).toBe(text.replace(number, `"${MASK}"`));
    expect(redactor.find(text)).toEqual([
      { rule: 'keyed-value', start: text.indexOf(number), end: text.indexOf(number) + number.length },
    ]);
  };

  it.each([
    ['{"password":1234}', '1234'],
    ['{"password":-1234}', '-1234'],
    ['{"password":1234,"n":1}', '1234'],
    ['{"passwords":1234]', '1234'],
    ['{"password": 1.5e+10 }', '1.5e+10'],
    ['{"password":1234', '1234'],
  ])('of %s is masked with quotes', (text, number) => {
    quoted(text, number);
  });

  it.each([
    '{"password":123}',
    "{'password':1234}",
    '{"password":1234x}',
    'password:1234',
    '{"token":12345}',
    '{"total_tokens":12345}',
  ])('is not masked in %s', (text) => {
    expectMasked(text);
  });

  it('is masked with the quotes of nested JSON', () => {
    expect(redactor.text(String.raw`{\"password\":1234}`)).toBe(String.raw`{\"password\":\"[redacted]\"}`);
  });
});

describe('strings in a list or an object under a secret name', () => {
  const schema = (blanks: number): string => `{"password":{${' '.repeat(blanks)}"type":"text"}}`;
  it.each([
    '{"passwords":["«a»","«b»"],"n":"plain"}',
    '{"passwords":["«a»",["«b»"]],"n":"plain"}',
    '{"passwords":[["«a»"],["«b»"]],"n":"plain"}',
    '{"secrets":{"x":"«1»","y":{"z":"«2»"}},"n":"plain"}',
    '{"secrets":{"x":["«1»"],"y":{}},"n":"plain"}',
    '[{"passwords":["«a»"]},"plain"]',
    '[{"secrets":{"x":"«1»"}},"plain"]',
    '[{"secrets":{"x":["«1»"]}},["plain"]]',
    '{"passwords":[],"n":"plain"}',
    '{"passwords":["«a»"],\n"n":"plain"}',
    '{"passwords":["«a»",\n"b"]}',
    "passwords: ['«first-key»', '«second-key»'], n: 'plain'",
    'passwords: [a, "bcdefgh"]',
    'secrets: {"x":"abcdefgh"}',
    String.raw`{\"passwords\":[\"«a»\",\"«b»\"],\"n\":\"plain\"}`,
    String.raw`"{\"passwords\":[\"«a»\""],"n":"plain"`,
    '{"secrets":{"x"   :"«1»"}}',
    '{"tokens":["a b","c d"]}',
    schema(0),
    schema(193),
    `{"password":{${' '.repeat(194)}"type":"«text»"}}`,
  ])('are masked to its end: %s', (marked) => {
    expectMasked(marked);
  });
});

describe('a name', () => {
  it.each([
    'AUTHORIZATION: «abcd12»',
    'password0=«abcd»',
    'password9=«abcd»',
    'DB_PASSWORD=«abcd»',
    'db-password=«abcd»',
    'db.password=«abcd»',
    'my/password=«abcd»',
    'x-api-key2: «abc123»',
    'abcdefgh1-api-key: «abc123»',
    'abcdefg1-api-key: abc123',
    // Only the last 64 characters of a name are read.
    `requires${'-'.repeat(52)}auth=abcd1234`,
    `requires${'-'.repeat(53)}auth=«abcd1234»`,
    // Other characters divide names, so that the harmless word does not count.
    'cache.key=abcd1234efgh',
    'cache-key=abcd1234efgh',
    ...'/:@[`{'.split('').map((character) => `cache${character}key=«abcd1234efgh»`),
    // Only the last 400 characters before `value` are searched for the name of the pair.
    `name${'"'.repeat(380)}:"DB_PASSWORD","value":"«abcd12»"`,
    `name${'"'.repeat(381)}:"DB_PASSWORD","value":"abcd12"`,
    `password${'\\'.repeat(126)}': «abcd12»`,
    `password${'\\'.repeat(127)}': abcd12`,
  ])('is read before the separator: %s', (marked) => {
    expectMasked(marked);
  });
});

describe('a value that looks random', () => {
  it.each([
    'token=abcd123',
    'token=«abcd1234»',
    'token=«AAAAAAA0»',
    'token=«ZZZZZZZ9»',
    'token=«aaaaaaa0»',
    'token=«zzzzzzz9»',
    'token=aaaaaaaa',
    `token=${'aA'.repeat(7)}a`,
    `token=«${'aA'.repeat(8)}»`,
    `token=${'a'.repeat(19)}`,
    `token=«${'a'.repeat(20)}»`,
    `token=${'a'.repeat(19)}~`,
    `token=${'A'.repeat(12)}{${'A'.repeat(6)}`,
    // Only the first 64 characters decide.
    `token=${'a'.repeat(63)}~A`,
    `token=«${'a'.repeat(62)}~Aa»`,
    `{"token":"${'a'.repeat(63)}~A"}`,
    `{"token":"«${'a'.repeat(62)}~Aa»"}`,
    `token=${'a'.repeat(12)}:${'a'.repeat(6)}`,
    `token=${'a'.repeat(12)}/${'a'.repeat(6)}`,
    `token=${'a'.repeat(12)}[${'a'.repeat(6)}`,
    `token=${'a'.repeat(12)}@${'a'.repeat(6)}`,
    'token=1234-5678-90',
    `token=${'1'.repeat(20)}`,
    'token=$a1B2c3D4e5F6',
    '{"token":"${a1B2c3D4e5F6}"}',
    'token=my-secret-name-1234',
    'token=/usr/lib/a1B2c3',
    'token=https://h/a1B2c3',
    'token=getToken1(a)',
    `sig="«${'a'.repeat(20)} b»"`,
    `sig="${'a'.repeat(7)} b"`,
    // In JSON within a string, the first 128 characters decide.
    `{\\"token\\":\\"${'a'.repeat(127)}~A\\"}`,
    `{\\"token\\":\\"«${'a'.repeat(126)}~Aa»\\"}`,
    'password: abcdef.',
    'password: abcdef)',
    'password: «abcdef1».',
    'password=«abcd12»\0zz',
  ])('%j', (marked) => {
    expectMasked(marked);
  });

  it.each([
    'password="«abcd12»\nnext',
    'password="«abcd12»\r\nnext',
    "password='«abcd12»\nnext",
    'password="«abcd12»',
    'password="«ab\rcd12»\nnext',
    'password=`«abcd 12»` x',
    'password="«abcd\' 12»" x',
    "password='«abcd\" 12»' x",
    "password='«it''s 12»' x",
    String.raw`password='«it'\''s 12»' x`,
    String.raw`password="«abcd\"12»" x`,
    `{"h":"password='«abcd12»"}`,
    `{"h":"password='«abcd12»","n":1}`,
    `{"h":"password='«abcd12»", "n":1}`,
    "f('password=«hunt'x», b')",
    `password=${'\\'.repeat(127)}'«two words»${'\\'.repeat(127)}' x`,
    `password=«${'\\'.repeat(128)}'two» words${'\\'.repeat(128)}' x`,
    "f('password=«hunt'%», b')",
    "f('password=«hunt2x»'.b)",
    '{"h":"password=\'«abcd12»"}\nnext',
    String.raw`password="«abcd12\"»" x`,
    String.raw`password='«it12'\''»' x`,
    "password='«it12''»' x",
    "password='' other='abcd12'",
    // The opening quote of a surrounding string is searched in the 1024 characters before the value.
    `'${'x'.repeat(1013)} password=«hunt»'!x`,
    `'${'x'.repeat(1014)} password=«hunt'!x»`,
    'password: "abc"',
    'password: "«abcd»"',
    'api_key: "abcde"',
    'api_key: "«abcdef»"',
    '{"api_key":"«a»"}',
    'password: "; next"',
    'password: ":  next"',
    '{"password":"«; next»"}',
    'password:", "next"',
  ])('can be quoted: %s', (marked) => {
    expectMasked(marked);
  });
});

describe('a credential after a known word', () => {
  it.each([
    'with Bearer «abcd1234EFGH» it works',
    'with Bearer abcd123',
    'with basic «abcd1234»',
    'with basic understanding',
    'curl -u admin:«abcd1234» https://h',
    'curl --user=admin:«abcd» https://h',
    'curl -u admin:abc https://h',
    'curl -u admin:%5Bredacted%5D https://h',
    'machine h login me password «abcd»',
    'machine h login me password abc',
  ])('is masked without the word: %s', (marked) => {
    expectMasked(marked);
  });
});
