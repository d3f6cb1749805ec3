import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';

const TOKEN = 'ghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';
const MASK = '[redacted]';
const { value: clean } = createRedactor();

describe('a member under a secret name', () => {
  const date = new Date(0);
  it.each<[string, unknown, unknown]>([
    ['a string', 'x', MASK],
    ['an empty string', '', ''],
    ['a number', 0, MASK],
    ['a bigint', 7n, MASK],
    ['a boolean', true, true],
    ['null', null, null],
    ['undefined', undefined, undefined],
    ['bytes', new Uint8Array([1]), MASK],
    ['a view of bytes', new DataView(new ArrayBuffer(1)), MASK],
    ['a buffer', new ArrayBuffer(1), MASK],
    ['an instance of a class', date, date],
    ['a list', ['x', ['y', 1]], [MASK, [MASK, MASK]]],
    ['an object', { a: { b: 'c' } }, { a: { b: MASK } }],
    ['a set', new Set(['x', 1]), new Set([MASK])],
    ['a map', new Map([['a', 'b']]), new Map([['a', MASK]])],
    ['a data URL', 'data:image/png;base64,AQI=', MASK],
    ['bytes in a tagged value', { $bytes: 'AQI=' }, MASK],
    ['an image', { type: 'image', data: 'AQI=' }, { type: MASK, data: MASK }],
  ])('that is %s is masked completely', (_, member, expected) => {
    expect(clean({ password: member, n: 1 })).toEqual({ password: expected, n: 1 });
    expect(clean(new Map<unknown, unknown>([['password', member]]))).toEqual(
      new Map([['password', expected]]),
    );
  });

  it('is masked only there if it has another place too', () => {
    const shared = { a: 'b' };
    expect(clean({ first: shared, password: 'x' })).toEqual({ first: { a: 'b' }, password: MASK });
  });

  it.each(['token', 'secret', 'auth', 'credential', 'credentials', 'bearer', 'jwt', 'TOKEN'])(
    'that is exactly %s is masked',
    (name) => {
      expect(clean({ [name]: 'plain' })).toEqual({ [name]: MASK });
    },
  );

  it.each(['key', 'sig', 'sid', 'nextToken', 'myToken', 'webhook'])('that is %s is not masked', (name) => {
    expect(clean({ [name]: 'plain' })).toEqual({ [name]: 'plain' });
  });

  it.each([
    ['PWD', '/home/me', '/home/me'],
    ['OLD_PWD', '~/x', '~/x'],
    ['pwd', 'C:\\x', 'C:\\x'],
    ['PWD', 'hunter2', MASK],
  ])('%s with the value %s is %s', (name, value, expected) => {
    expect(clean({ [name]: value })).toEqual({ [name]: expected });
    expect(clean(new Map([[name, value]]))).toEqual(new Map([[name, expected]]));
  });
});

describe('bytes as a string', () => {
  it.each([...'image file audio video document base64 input_audio input_image input_file'.split(' ')])(
    'are retained in a part of the type %s',
    (type) => {
      const part = { type, data: TOKEN, name: TOKEN };
      expect(clean(part)).toEqual({ type, data: TOKEN, name: MASK });
    },
  );

  it.each([
    { type: 'text', data: TOKEN },
    { type: 'images', data: TOKEN },
    { type: 7, data: TOKEN },
    { data: TOKEN },
  ])('are not expected in %j', (part) => {
    expect(clean(part)).toEqual({ ...part, data: MASK });
  });

  it('are retained in a tagged value, but not next to it', () => {
    expect(clean({ $bytes: TOKEN, data: TOKEN })).toEqual({ $bytes: TOKEN, data: MASK });
    expect(clean({ $bytes: 7, data: TOKEN })).toEqual({ $bytes: 7, data: MASK });
    expect(clean({ type: 'image', data: { text: TOKEN } })).toEqual({ type: 'image', data: { text: MASK } });
  });

  it.each(['data:image/png;base64,', 'data:image/svg+xml;charset=utf-8;base64,'])(
    'are retained in a data URL that begins with %s',
    (start) => {
      expect(clean(start + TOKEN)).toBe(start + TOKEN);
    },
  );

  it.each(['data:image/png,', 'data:;base64,', 'x data:image/png;base64,'])(
    'are not retained in a string that begins with %s',
    (start) => {
      expect(clean(`${start} ${TOKEN}`)).toBe(`${start} ${MASK}`);
    },
  );
});

describe('the names of members', () => {
  it('are masked and numbered', () => {
    expect(clean({ [`${TOKEN}a`]: 1, [`${TOKEN}b`]: 2, [`${TOKEN}c`]: 3, other: 4 })).toEqual({
      [MASK]: 1,
      [`${MASK} 2`]: 2,
      [`${MASK} 3`]: 3,
      other: 4,
    });
    expect(clean(new Map([[TOKEN, 1]]))).toEqual(new Map([[MASK, 1]]));
  });

  it('can be symbols', () => {
    const name = Symbol('name');
    expect(clean({ [name]: TOKEN })).toEqual({ [name]: MASK });
  });

  it('are those of enumerable members, with the values of getters', () => {
    const value = Object.defineProperties(
      {},
      {
        hidden: { value: TOKEN, enumerable: false },
        visible: { get: () => TOKEN, enumerable: true },
      },
    );
    const copy = clean(value);
    expect(Object.getOwnPropertyDescriptors(copy)).toEqual({
      visible: { value: MASK, enumerable: true, writable: true, configurable: true },
    });
  });
});

describe('a copy', () => {
  it('of a sparse array has its length', () => {
    const list: unknown[] = [];
    list[1] = TOKEN;
    list[2] = undefined;
    const copy = clean(list);
    expect([copy.length, 0 in copy, copy[1], Object.keys(copy)]).toEqual([3, false, MASK, ['1', '2']]);
    expect(Object.getOwnPropertyDescriptor(copy, 'length')).toMatchObject({ writable: true });
  });

  it('of an object of another realm has its members', () => {
    expect(clean(runInNewContext(`({ a: '${TOKEN}', b: { c: 1 } })`))).toEqual({ a: MASK, b: { c: 1 } });
  });

  it('of an object without a prototype has none', () => {
    const withoutPrototype = Object.assign(Object.create(null) as Record<string, unknown>, { a: TOKEN });
    expect(Object.getPrototypeOf(clean(withoutPrototype))).toBeNull();
    expect(clean(withoutPrototype)['a']).toBe(MASK);
  });

  it('of an instance of a class is the instance', () => {
    class Client {
      readonly password = 'x';
    }
    class Derived extends Client {}
    const instance = new Derived();
    expect(clean({ a: instance }).a).toBe(instance);
  });

  it('contains each object once', () => {
    const shared = { a: TOKEN };
    const copy = clean({ one: shared, two: shared, list: [shared] });
    expect(copy.one).toEqual({ a: MASK });
    expect([copy.two, copy.list[0]]).toEqual([copy.one, copy.one]);
    expect(copy.two).toBe(copy.one);
    expect(copy.list[0]).toBe(copy.one);
  });

  it('of an error has its message, stack and cause, which remain hidden', () => {
    const error = new Error(`bad ${TOKEN}`, { cause: TOKEN });
    const copy = clean(error);
    expect([copy instanceof Error, copy.message, copy.cause]).toEqual([true, `bad ${MASK}`, MASK]);
    expect(copy.stack).toContain(`bad ${MASK}`);
    expect(copy.stack).not.toContain('ghp_');
    expect(Object.keys(copy)).toEqual([]);
  });

  it('of a URL is a URL, even if the masked text is not one', () => {
    const url = new URL('https://example.com/a?page=2');
    const copy = clean(url);
    expect([copy.href, copy === url]).toEqual([url.href, false]);
    expect(clean(new URL(`https://h/x?api_key=${TOKEN}`)).href).toBe('https://h/x?api_key=[redacted]');
    expect(clean(new URL(`https://${TOKEN}/`)).href).toBe('redacted:');
  });

  it('of headers and of a query has masked values under secret names', () => {
    const headers = new Headers({ 'x-api-key': 'a', 'x-note': `see ${TOKEN}`, accept: 'b' });
    expect(Object.fromEntries(clean(headers))).toEqual({
      accept: 'b',
      'x-api-key': MASK,
      'x-note': `see ${MASK}`,
    });
    const query = new URLSearchParams(`key=a&sig=b&Signature=c&keys=d&token=e&note=${TOKEN}&n=1&n=2`);
    expect([...clean(query)]).toEqual([
      ['key', MASK],
      ['sig', MASK],
      ['Signature', MASK],
      ['keys', 'd'],
      ['token', MASK],
      ['note', MASK],
      ['n', '1'],
      ['n', '2'],
    ]);
  });
});
