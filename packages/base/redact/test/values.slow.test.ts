import { inspect } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import { createRedactor } from '../src/index.ts';

const TOKEN = 'ghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';
const redactor = createRedactor();
const clean = <T>(value: T): T => redactor.value(value);

describe('the parts of a response', () => {
  it('are masked, including citations and vendor parts', () => {
    const citation = { url: `https://a.example/?token=${TOKEN}`, title: TOKEN, quote: `It is ${TOKEN}.` };
    const parts = [
      { type: 'text', text: 'So it says.', citations: [{ ...citation, start: 0, end: 2 }] },
      {
        type: 'vendor',
        kind: 'web_search_call',
        text: `search ${TOKEN}`,
        replay: { family: 'f', data: { item: { action: { query: TOKEN } } } },
      },
    ];
    const masked = clean(parts);
    expect(JSON.stringify(masked)).not.toContain(TOKEN);
    expect(masked).toMatchObject([
      {
        text: 'So it says.',
        citations: [{ title: '[redacted]', quote: 'It is [redacted].', start: 0, end: 2 }],
      },
      { kind: 'web_search_call', text: 'search [redacted]' },
    ]);
  });
});

describe('a value', () => {
  it('is a deep copy with masked strings', () => {
    const value = { list: [`a ${TOKEN}`, 1, null, undefined, true], inner: { at: `${TOKEN}!` } };
    expect(clean(value)).toEqual({
      list: ['a [redacted]', 1, null, undefined, true],
      inner: { at: '[redacted]!' },
    });
    expect(value.list[0]).toContain(TOKEN);
  });

  it('retains cycles, maps and sets', () => {
    const value: Record<string, unknown> = { map: new Map([[TOKEN, new Set([TOKEN])]]) };
    value['self'] = value;
    const copy = clean(value);
    expect(copy['self']).toBe(copy);
    expect(copy['map']).toEqual(new Map([['[redacted]', new Set(['[redacted]'])]]));
  });

  it('can be an error with causes', () => {
    const inner = Object.assign(new TypeError(`bad ${TOKEN}`), { config: { apiKey: 'x' } });
    const error = new AggregateError([inner], 'all', { cause: new Error(`at ${TOKEN}`, { cause: inner }) });
    const copy = clean(error);
    expect(copy).toBeInstanceOf(AggregateError);
    expect(inspect(copy, { depth: Infinity, showHidden: true })).not.toContain('ghp_');
    expect(copy.cause).toBeInstanceOf(Error);
    expect(copy.errors[0]).toBeInstanceOf(TypeError);
    expect((copy.errors[0] as typeof inner).config).toEqual({ apiKey: '[redacted]' });
    expect(error.message).toBe('all');
  });

  it('contains instances of classes, bytes and functions unchanged', () => {
    class Client {
      readonly apiKey = TOKEN;
    }
    const value = {
      client: new Client(),
      at: new Date(0),
      bytes: new Uint8Array([1]),
      run: () => 1,
      pattern: /a/,
    };
    const copy = clean(value);
    for (const name of ['client', 'at', 'bytes', 'run', 'pattern'] as const)
      expect(copy[name]).toBe(value[name]);
  });

  it('can have no prototype, and members named like one', () => {
    const withoutPrototype = Object.assign(Object.create(null) as object, {
      a: TOKEN,
      ['__proto__x']: TOKEN,
    });
    expect(inspect(clean(withoutPrototype))).not.toContain('ghp_');
    expect(clean(JSON.parse(`{"__proto__":{"a":"${TOKEN}"}}`))).toEqual(
      JSON.parse('{"__proto__":{"a":"[redacted]"}}'),
    );
  });

  it('can be deeper than the call stack', () => {
    let deep: unknown = TOKEN;
    for (let depth = 0; depth < 200_000; depth++) deep = [deep];
    let copy = clean(deep);
    while (Array.isArray(copy)) copy = copy[0] as unknown;
    expect(copy).toBe('[redacted]');
  });

  it('is unchanged when it is redacted again', () => {
    const value = {
      url: new URL(`https://u:${TOKEN}@h/`),
      headers: new Headers({ cookie: 'a=b' }),
      text: `token=${TOKEN}`,
    };
    expect(clean(clean(value))).toEqual(clean(value));
  });
});

test.each([undefined, null, 12, {}, []])('returns %j unchanged as a text, without findings', (value) => {
  expect(redactor.text(value as string)).toBe(value);
  expect(redactor.find(value as string)).toEqual([]);
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
  'the key %s is a name like any other',
  (name) => {
    expect(redactor.text(`${name}: built manually`)).toBe(`${name}: built manually`);
    expect(redactor.find(`${name}=${TOKEN}`)).toMatchObject([{ start: name.length + 1 }]);
    const value: unknown = JSON.parse(`{"${name}":{"password":"x"}}`);
    expect(JSON.stringify(clean(value))).toBe(`{"${name}":{"password":"[redacted]"}}`);
  },
);
