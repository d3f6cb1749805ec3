import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlmError } from '../types/llm-error.ts';
import { MAX_DEPTH } from '../util/values.ts';
import { checkJsonSize, checkNestedJson, JsonSizeCheck, MAX_ELEMENTS } from './check-size.ts';

const bytes = (json: string): Uint8Array => new TextEncoder().encode(json);

/** Returns the message and the path of the error, or `undefined` if the JSON is accepted. */
function fault(
  json: string,
  maxElements?: number,
): readonly [message: string, path: string | undefined] | undefined {
  try {
    checkJsonSize(bytes(json), maxElements);
    return undefined;
  } catch (error) {
    if (!LlmError.is(error, 'invalid-request')) throw error;
    return [error.message, error.details.path];
  }
}

const list = (count: number, item = '{}'): string =>
  `[${Array.from({ length: count }, () => item).join(',')}]`;

/** Number of elements of all arrays of a value, where an empty array counts as one. */
function elementsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, member) => sum + elementsIn(member), 0);
  return inner + (Array.isArray(value) ? Math.max(1, value.length) : 0);
}

describe('checkJsonSize', () => {
  it('counts the elements of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.boolean(), (value, isIndented) => {
        // The zeros allow the members of any generated value.
        const padded = [value, Array.from({ length: 200 }, () => 0)];
        const json = JSON.stringify(padded, undefined, isIndented ? 2 : 0);
        const count = elementsIn(padded);
        expect(fault(json, count)).toBeUndefined();
        expect(fault(json, count - 1)).toBeDefined();
      }),
    );
  });

  it('finds the same fault in chunks', () => {
    const json = `{"a,[":"\\"[","b\\"":[{"cé":[1,"]\\\\",${list(4)}]}]}`;
    const expected = fault(json, 6);
    expect(expected?.[1]).toBe('b".[0].cé[2]'.replace('.[', '['));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes(json).length })), (cuts) => {
        const check = new JsonSizeCheck(6);
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes(json).length];
        const push = (): void => {
          for (const [at, place] of places.entries())
            check.push(bytes(json).subarray(places[at - 1] ?? 0, place));
        };
        expect(push).toThrow(expected?.[0]);
      }),
    );
  });

  it.each([
    [`{"messages":${list(3)}}`, 'messages'],
    [`{"a":1,"messages":[{"role":"user"},{"content":${list(3)}}]}`, 'messages[1].content'],
    [`{"a":{"b\\u0041":${list(3)}}}`, 'a.bA'],
    [`{"a":[1,${list(3)}]}`, 'a[1]'],
    [`{"a\\x":${list(3)}}`, undefined],
    [list(3), undefined],
    [`{"${'a'.repeat(200)}":${list(3)}}`, undefined],
  ])('refuses the third element of %s with the path %s', (json, path) => {
    const [message, at] = fault(json, 2) ?? [];
    expect(message).toBe(
      `${path ?? 'the JSON'}: the request has more than 2 array elements in total; send fewer`,
    );
    expect(at).toBe(path);
  });

  it('ignores brackets, commas and escaped quotes in strings', () => {
    const text = JSON.stringify(['[[,,:"\\', '\\"[,', ':{'.repeat(1000)]);
    expect(fault(text, 3)).toBeUndefined();
  });

  it('refuses more than ten members for each element', () => {
    const members = (count: number): string =>
      JSON.stringify({ a: Object.fromEntries(Array.from({ length: count - 1 }, (_, at) => [`k${at}`, at])) });
    expect(fault(members(20), 2)).toBeUndefined();
    expect(fault(members(21), 2)).toEqual([
      'a: the request has more than 20 object members in total; send fewer',
      'a',
    ]);
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('refuses more than 500 levels of %s', (open, close) => {
    const nested = (levels: number): string => `${open.repeat(levels)}1${close.repeat(levels)}`;
    expect(fault(nested(MAX_DEPTH))).toBeUndefined();
    expect(fault(nested(MAX_DEPTH + 1))?.[0]).toContain(
      'the request is nested more than 500 levels deep; flatten it',
    );
  });

  it('stops at the first fault, also of incomplete JSON', () => {
    expect(fault(`{"a":${list(MAX_ELEMENTS + 1)}`)?.[1]).toBe('a');
    expect(fault('{"a":"')).toBeUndefined();
    expect(fault(']}],:,')).toBeUndefined();
  });
});

describe('checkNestedJson', () => {
  const check = (value: unknown, maxElements: number): void => {
    const size = new JsonSizeCheck(maxElements);
    size.push(bytes(JSON.stringify(value)));
    checkNestedJson(value, size, (key, text) => (key === 'json' ? text : undefined));
  };
  const value = { calls: [{ json: '[1,2]' }, { json: '[3,4' }, { text: '[5,6]' }] };

  it('counts the JSON in strings together with the JSON', () => {
    expect(() => {
      check(value, 7);
    }).not.toThrow();
    expect(() => {
      check(value, 6);
    }).toThrow(
      expect.objectContaining({
        message: 'calls[1].json: the JSON in it has more than 6 array elements in total; send fewer',
        details: expect.objectContaining({ path: 'calls[1].json' }) as object,
      }) as Error,
    );
  });

  it('limits the levels of the JSON in a string', () => {
    expect(() => {
      check({ json: '['.repeat(501) }, 10_000);
    }).toThrow('json: the JSON in it is nested more than 500 levels deep; flatten it');
  });
});
