import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { SECRET_NAMES } from './secret-names.ts';

const redactor = createRedactor();
const MASK = '[redacted]';

/** Whether the value is a placeholder, which is not masked. */
const isPlaceholder = (value: string): boolean =>
  /^(?:[*.x_-]{3,}|[a-z]{2,9}|<[\w .:-]+>|\$[A-Z_]+|\$?\{.*\}|%s|%[A-Z_]+%)$/i.test(value);

const character = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) },
  { weight: 2, arbitrary: fc.constantFrom('"', '\\', "'", ' ', ',', '}', '`', ':', '%', '[', '\n', '\t') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('é', '密', '🔑', '\u00a0', '\u2028', '\u2029', '¿', 'Ω', '\u200b'),
  },
);
const secret = fc
  .array(character, { minLength: 1, maxLength: 24 })
  .map((characters) => characters.join(''))
  .filter((value) => !isPlaceholder(value) && !/^[\u2028\u2029]+$/.test(value));
const name = fc.constantFrom(...SECRET_NAMES);

type Wrap = 'string' | 'object' | 'list';
const document = fc.record({
  members: fc.array(fc.tuple(name, fc.oneof(secret, fc.array(secret, { minLength: 1, maxLength: 3 }))), {
    minLength: 1,
    maxLength: 3,
  }),
  wraps: fc.array(fc.constantFrom<Wrap>('string', 'string', 'object', 'list'), { maxLength: 4 }),
  levels: fc.integer({ min: 1, max: 6 }),
});

/** Creates JSON within JSON with `levels` levels, and other members before and after each. */
function nestedJson(
  members: readonly (readonly [string, unknown])[],
  wraps: readonly Wrap[],
  levels: number,
): string {
  let text = JSON.stringify({ n: 1, ...Object.fromEntries(members), note: 'plain words', ok: true });
  for (let level = 1; level < levels; level++) {
    const wrap = wraps[level - 1] ?? 'string';
    const inner = wrap === 'object' ? { text } : wrap === 'list' ? [text, 'more'] : text;
    text = JSON.stringify({ id: level, body: inner, end: 'done' });
  }
  return text;
}

/** Returns the innermost members of the result of `nestedJson`. */
function innermostMembers(text: string, levels: number): Record<string, unknown> {
  let value = JSON.parse(text) as Record<string, unknown>;
  for (let level = 1; level < levels; level++) {
    const body = value['body'] as string | string[] | { text: string };
    const inner = typeof body === 'string' ? body : Array.isArray(body) ? (body[0] ?? '') : body.text;
    value = JSON.parse(inner) as Record<string, unknown>;
  }
  return value;
}

const maskOf = (value: unknown): unknown => (Array.isArray(value) ? value.map(() => MASK) : MASK);

describe('JSON within JSON', () => {
  it('contains no part of a value under a secret name, and stays valid JSON', () => {
    fc.assert(
      fc.property(document, ({ members, wraps, levels }) => {
        const clean = redactor.text(nestedJson(members, wraps, levels));
        const expected = Object.fromEntries(members.map(([key, value]) => [key, maskOf(value)]));
        expect(innermostMembers(clean, levels)).toEqual({ n: 1, ...expected, note: 'plain words', ok: true });
        expect(redactor.text(clean)).toBe(clean);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 300 : 3000, seed: 20_261_123 },
    );
  });

  it('contains no part of several words under `token` and `bearer`', () => {
    const words = fc
      .tuple(secret, secret)
      .map((pair) => pair.join(' '))
      .filter((value) => /\S\s+\S/.test(value));
    fc.assert(
      fc.property(
        fc.constantFrom('token', 'bearer', 'loginToken'),
        words,
        fc.integer({ min: 1, max: 6 }),
        (key, value, levels) => {
          const clean = redactor.text(nestedJson([[key, value]], [], levels));
          expect(innermostMembers(clean, levels)).toEqual({
            n: 1,
            [key]: MASK,
            note: 'plain words',
            ok: true,
          });
        },
      ),
      { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_126 },
    );
  });

  it('is masked equally in a stream with cuts at any position', () => {
    fc.assert(
      fc.property(document, fc.array(fc.nat(300), { maxLength: 5 }), ({ members, wraps, levels }, cuts) => {
        const text = nestedJson(members, wraps, levels);
        const run = redactor.stream();
        let clean = '';
        let at = 0;
        for (const cut of cuts) clean += run.push(text.slice(at, (at += cut)));
        expect(clean + run.push(text.slice(at)) + run.end()).toBe(redactor.text(text));
      }),
      { numRuns: process.env['SOAK'] === undefined ? 150 : 1500, seed: 20_261_124 },
    );
  });

  it('stays valid JSON with any other members', () => {
    const piece = fc.oneof(
      character.filter((one) => one !== "'" && one !== '`'),
      fc.constantFrom(
        'password',
        'token=',
        ': ',
        '="',
        'Bearer ',
        'api_key',
        'Cookie: a=',
        'Authorization: ',
        ' -u a:',
        '://',
      ),
    );
    // JSON has no escape for a single quote. After one that is never closed, only the end of its string follows.
    const content = fc
      .tuple(fc.array(piece, { maxLength: 12 }), fc.constantFrom('', '', "='x9"))
      .map(([pieces, end]) => pieces.join('') + end);
    fc.assert(
      fc.property(
        content,
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        fc.integer({ min: 1, max: 4 }),
        (first, second, levels) => {
          const text = nestedJson(
            [
              ['first', first],
              ['second', second],
            ],
            [],
            levels,
          );
          expect(Object.keys(innermostMembers(redactor.text(text), levels))).toEqual([
            'n',
            'first',
            'second',
            'note',
            'ok',
          ]);
        },
      ),
      { numRuns: process.env['SOAK'] === undefined ? 300 : 3000, seed: 20_261_125 },
    );
  });

  it('stays valid JSON if a number is secret', () => {
    expect(redactor.text('{"password":123456,"n":1}')).toBe('{"password":"[redacted]","n":1}');
    expect(redactor.text(JSON.stringify({ a: '{"passcode": 4711}' }))).toBe(
      JSON.stringify({ a: '{"passcode": "[redacted]"}' }),
    );
  });

  it('is masked within an object under a secret name, but a schema is unchanged', () => {
    expect(redactor.text('{"credentials":{"user":"u"},"secrets":{"x":"1","y":["z"]}}')).toBe(
      '{"credentials":{"user":"u"},"secrets":{"x":"[redacted]","y":["[redacted]"]}}',
    );
    const schema = '{"properties":{"password":{"type":"string","description":"At least eight."}}}';
    expect(redactor.text(schema)).toBe(schema);
  });
});

describe('a quoted value under a secret name', () => {
  it.each([
    [String.raw`{"password":"hunt\"er2!x9Zq"}`, '{"password":"[redacted]"}'],
    [String.raw`{"api_key":"ab\"cdef1234567890xyz"}`, '{"api_key":"[redacted]"}'],
    [String.raw`{"authorization":"Basic dXNl\"cjpwYXNz"}`, '{"authorization":"Basic [redacted]"}'],
    [String.raw`{"token":"a\"b9Zq!x8Yw7Vu6"}`, '{"token":"[redacted]"}'],
    [String.raw`{\"password\":\"hunt\\\"er2!x9Zq\"}`, String.raw`{\"password\":\"[redacted]\"}`],
    ['password="two words here"', 'password="[redacted]"'],
    ['MY_SECRET="multi word secret";', 'MY_SECRET="[redacted]";'],
    ['{"secret":"x9 y8 z7"}', '{"secret":"[redacted]"}'],
    ['client_secret: "ab cd 12"', 'client_secret: "[redacted]"'],
    ["password='it''s9Zq'", "password='[redacted]'"],
    [String.raw`PASSWORD='it'\''s9Zq!x' ls`, "PASSWORD='[redacted]' ls"],
    ['{"passwords":["a","b"]}', '{"passwords":["[redacted]","[redacted]"]}'],
    ["apiKeys: ['first-key', 'second-key'],", "apiKeys: ['[redacted]', '[redacted]'],"],
    ['password = """two words"""', 'password = """[redacted]"""'],
    ['"{""password"":""two words"",""n"":1}"', '"{""password"":""[redacted]"",""n"":1}"'],
    ['{"cookies":"a=b; c=d"}', '{"cookies":"[redacted]"}'],
    ['cookie="two words here"', 'cookie="[redacted]"'],
    ["cookies: 'session9'", "cookies: '[redacted]'"],
    ['cookie = "sid=abc; theme=dark"', 'cookie = "[redacted]"'],
    [String.raw`{"token":"Kq7\"x(Wm2-9zT4"}`, '{"token":"[redacted]"}'],
    ['{"token":"getToken(session9Key)"}', '{"token":"getToken(session9Key)"}'],
    ['{"token":"my token with spaces"}', '{"token":"[redacted]"}'],
    ['{"accessBearer":"two words here"}', '{"accessBearer":"[redacted]"}'],
    ['token: "two words"', 'token: "[redacted]"'],
    ['{"name":"DB_PASSWORD","value":"Tr0ub4dor3"}', '{"name":"DB_PASSWORD","value":"[redacted]"}'],
    [
      JSON.stringify({ out: JSON.stringify({ name: 'DB_PASSWORD', value: 'Tr0ub4dor3' }, null, 4) }),
      JSON.stringify({ out: JSON.stringify({ name: 'DB_PASSWORD', value: '[redacted]' }, null, 4) }),
    ],
    ['<add key="Password" value="Tr0ub4dor3"/>', '<add key="Password" value="[redacted]"/>'],
  ])('%s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });

  it('is masked to its end, at any length', () => {
    const long = `${'a"1 \\'.repeat(300_000)}end`;
    const text = JSON.stringify({ password: long, note: 'plain' });
    expect(redactor.text(text)).toBe('{"password":"[redacted]","note":"plain"}');
  });
});

describe('percent-encoded text', () => {
  it.each([
    ['password%3Dhunter2x', 'password%3D[redacted]'],
    ['see a%20b password%3Dhunter2x', 'see a%20b password%3D[redacted]'],
    ['next=%2Fx%3Fpassword%3Dhunter2x%26n%3D1', 'next=%2Fx%3Fpassword%3D[redacted]%26n%3D1'],
    ['token%3Dghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123', 'token%3D[redacted]'],
    [
      'q=%257B%2522password%2522%253A%2522two%2520words%2522%257D',
      'q=%257B%2522password%2522%253A%2522[redacted]%2522%257D',
    ],
    ['%7B%22password%22%3A%22a%5C%22b%22%7D', '%7B%22password%22%3A%22[redacted]%22%7D'],
    ["password%3Dhunt'er2x", 'password%3D[redacted]'],
    ["next=%2Fx%3Fpassword%3Dhunt'er2!%26n%3D1", 'next=%2Fx%3Fpassword%3D[redacted]%26n%3D1'],
    ["'next=%2Fx%3Fpassword%3Dhunter2x'", "'next=%2Fx%3Fpassword%3D[redacted]'"],
  ])('%s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
    expect(redactor.text(clean)).toBe(clean);
  });
});

describe('an apostrophe in a value without quotes', () => {
  it.each([
    ["password=hunt'er2x&n=1", 'password=[redacted]&n=1'],
    ["password=hunter2'&n=1", 'password=[redacted]&n=1'],
    ["https://h/?api_key=ab'cd12345!&x=1", 'https://h/?api_key=[redacted]&x=1'],
    ["https://user:it's9Zq@host/x", 'https://user:[redacted]@host/x'],
    ["Cookie: sid=a'b9zzzz; x=y", 'Cookie: sid=[redacted]; x=y'],
  ])('is masked with the value: %s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
    expect(redactor.text(clean)).toBe(clean);
  });

  it.each([
    ["'https://h/?password=hunter2x'", "'https://h/?password=[redacted]'"],
    ["f('password=hunter2x').then()", "f('password=[redacted]').then()"],
    ["curl -H 'Cookie: sid=ab9zzzz' 'https://h'", "curl -H 'Cookie: sid=[redacted]' 'https://h'"],
    ["['https://h.example','me@h.example']", "['https://h.example','me@h.example']"],
    ["password: shouldn't be empty", "password: shouldn't be empty"],
  ])('is not masked if it closes a string: %s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });
});

describe('shell commands', () => {
  it.each([
    ['mysql -u root -pfipFZvdb4KzC', 'mysql -u root -p[redacted]'],
    ['sshpass -p hunter2hunter2 ssh host', 'sshpass -p [redacted] ssh host'],
    ['ENV DB_PASSWORD hunter2hunter2', 'ENV DB_PASSWORD [redacted]'],
    ['ENV DB_PASSWORD $PASSWORD', 'ENV DB_PASSWORD $PASSWORD'],
    ['with SSWS 00NemoKB6kJZh6Uk1t8jWZZt953gTD3OObXLZNeByt it works', 'with SSWS [redacted] it works'],
  ])('%s', (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
  });

  it.each([
    'PWD=/home/me/x',
    'pwd: /home/user/project',
    'OLDPWD=/tmp',
    '{"PWD":"/home/me"}',
    'mkdir -p some/folder',
    'mysql -P 3306',
  ])('%s is not masked', (text) => {
    expect(redactor.text(text)).toBe(text);
  });

  it('the working folder is not masked in a value', () => {
    expect(redactor.value({ PWD: '/home/me', MYSQL_PWD: '/home/me' })).toEqual({
      PWD: '/home/me',
      MYSQL_PWD: '[redacted]',
    });
  });
});
