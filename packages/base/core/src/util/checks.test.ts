import fc from 'fast-check';
import { expect, expectTypeOf, it } from 'vitest';
import {
  anyObject,
  anything,
  bytes,
  type Check,
  checked,
  filledText,
  flag,
  func,
  integer,
  list,
  matching,
  nullable,
  number,
  object,
  oneOf,
  open,
  openOptions,
  problemIn,
  record,
  sizedText,
  tagged,
  text,
  textOr,
  type TypeOf,
  where,
} from './checks.ts';

const tool = object({ name: text }, { size: integer(1, 8) });
const shape = tagged('type', { circle: open({ radius: number(0) }), text: object({ type: text, text }) });
const even = where(integer(), (value) => value % 2 === 0, 'must be even', 'odd');
const NOT_PLAIN = 'must be a plain object; convert a Map or Headers with Object.fromEntries';
it.each<[string, Check, unknown, string]>([
  ['text', text, 7, 'must be a string, not a number'],
  ['text', text, undefined, 'is missing; it must be a string'],
  ['text', text, null, 'must be a string, not null'],
  ['filledText', filledText, ' \n', 'must not be empty'],
  ['filledText', filledText, [], 'must be a string, not an array'],
  ['sizedText', sizedText(1, 3), '', 'must not be empty'],
  ['sizedText', sizedText(0, 3), 'abcd', 'must have at most 3 characters, not 4'],
  ['flag', flag, 'true', 'must be a boolean, not a string'],
  ['func', func, {}, 'must be a function, not an object'],
  ['bytes', bytes, 'AA', 'must be a Uint8Array, not a string'],
  ['anyObject', anyObject, [], 'must be an object, not an array'],
  ['anything', anything, undefined, 'is missing'],
  ['anyObject', anyObject, new Map(), NOT_PLAIN],
  ['open', open({}), new Headers(), NOT_PLAIN],
  ['object', object({}), new Map([['name', 'a']]), NOT_PLAIN],
  ['record', record(number()), new Map([['violence', 0.5]]), NOT_PLAIN],
  [
    'openOptions',
    openOptions({}, { whenDown: text }),
    { whendown: 'deny' },
    'whendown is not an option; did you mean "whenDown"?',
  ],
  ['number()', number(), NaN, 'must be a number, not NaN'],
  ['number()', number(), Infinity, 'must be a finite number, not Infinity'],
  ['number(1)', number(1), 0.5, 'must be a number of 1 or more, not 0.5'],
  ['number(1)', number(1), Infinity, 'must be a finite number of 1 or more, not Infinity'],
  ['number(1)', number(1), '1', 'must be a number of 1 or more, not a string'],
  ['number(0, 2)', number(0, 2), 2.1, 'must be a number from 0 to 2, not 2.1'],
  ['number(-Infinity, 2)', number(-Infinity, 2), 3, 'must be a number of at most 2, not 3'],
  ['integer()', integer(), 1.5, 'must be an integer, not 1.5'],
  ['integer()', integer(), 2 ** 53, 'must be an integer, not 9007199254740992'],
  ['integer(1, 8)', integer(1, 8), 1.5, 'must be an integer from 1 to 8, not 1.5'],
  ['integer(1, 8)', integer(1, 8), 9, 'must be an integer from 1 to 8, not 9'],
  ['integer(0)', integer(0), -1, 'must be an integer of 0 or more, not -1'],
  ['oneOf', oneOf('open', 'shut'), 'opne', 'must be one of open, shut; did you mean "open"?'],
  ['oneOf', oneOf('open', 'shut'), 'sk-secret', 'must be one of open, shut'],
  ['oneOf', oneOf('open', 'shut'), 5, 'must be one of open, shut, not a number'],
  ['matching', matching(/^a+$/, 'must contain only "a"'), 'b', 'must contain only "a"'],
  ['where', even, 3, 'must be even'],
  ['where', even, 'a', 'must be an integer, not a string'],
  ['nullable', nullable(text), 7, 'must be a string, not a number'],
  ['textOr', textOr(list(text)), {}, 'must be an array, not an object'],
  ['list', list(text), 'a', 'must be an array, not a string'],
  ['list', list(text), ['a', 7], '[1] must be a string, not a number'],
  ['list', list(text, 1), [], 'must not be empty'],
  ['list', list(text, 2), ['a'], 'must have at least 2 elements, not 1'],
  ['list', list(text, 0, 2), ['a', 'b', 'c'], 'must have at most 2 elements, not 3'],
  ['record', record(flag), { a: 1 }, 'a must be a boolean, not a number'],
  ['record', record(flag, 0, 1), { a: 1, b: 1 }, 'must have at most 1 members, not 2'],
  ['record', record(flag), { ['a'.repeat(99)]: 1 }, `${'a'.repeat(80)} must be a boolean, not a number`],
  ['object', tool, [], 'must be an object, not an array'],
  ['object', tool, {}, 'name is missing; it must be a string'],
  ['object', tool, { name: 'a', size: '1' }, 'size must be an integer from 1 to 8, not a string'],
  ['object', tool, { nmae: 'a' }, 'nmae is not a known member; did you mean "name"?'],
  ['object', tool, { name: 'a', color: 1 }, 'color is not a known member; the members are name, size'],
  [
    'object',
    tool,
    { name: 'a', constructor: 1 },
    'constructor is not a known member; the members are name, size',
  ],
  ['tagged', shape, 'a', 'must be an object, not a string'],
  ['tagged', shape, { type: 'cricle' }, 'type must be one of circle, text; did you mean "circle"?'],
  ['tagged', shape, { type: 'toString' }, 'type must be one of circle, text'],
  ['tagged', shape, {}, 'type is missing; it must be one of circle, text'],
  ['tagged', shape, { type: 'circle', radius: -1 }, 'radius must be a number of 0 or more, not -1'],
  ['nested', list(shape), [{ type: 'text', text: 1 }], '[0].text must be a string, not a number'],
])('%s of %s rejects %j', (_, check, value, message) => {
  expect(problemIn(check, value)).toBe(message);
});

it.each<[string, Check, unknown]>([
  ['text', text, ''],
  ['filledText', filledText, ' a'],
  ['sizedText', sizedText(1, 3), 'abc'],
  ['anything', anything, null],
  ['number', number(), -1e300],
  ['number', number(0, 2), 2],
  ['integer', integer(1), Number.MAX_SAFE_INTEGER],
  ['oneOf', oneOf('a'), 'a'],
  ['where', even, 4],
  ['nullable', nullable(text), null],
  ['textOr', textOr(list(text)), 'a'],
  ['list', list(text, 1, 1), ['a']],
  ['record', record(flag), { a: true }],
  ['object', tool, { name: 'a', size: undefined }],
  ['object', tool, Object.create({ name: 'a' })],
  ['open', open({ name: text }), { name: 'a', color: 1 }],
  ['tagged', shape, { type: 'circle', radius: 1 }],
  ['tagged with another', tagged('type', {}, anyObject), { type: 'new' }],
])('%s accepts %j', (_, check, value) => {
  expect(check(value)).toBeUndefined();
});

it('checks the number of elements before their meaning', () => {
  const never: Check = () => {
    throw new Error('checked');
  };
  expect(list(never, 0, 1)([1, 2])?.rule).toBe('out-of-range');
  expect(record(never, 0, 1)({ a: 1, b: 2 })?.rule).toBe('out-of-range');
});

it('names the violated rule', () => {
  const rules = [tool(1), tool({}), tool({ x: 1 }), tool({ name: '', size: 9 }), oneOf('a')('b'), even(1)];
  expect(rules.map((found) => found?.rule)).toEqual([
    'wrong-type',
    'missing-key',
    'unknown-key',
    'out-of-range',
    'unknown-value',
    'odd',
  ]);
});

it('never throws for JSON, and every problem is a sentence', () => {
  const checks = [tool, shape, list(tool, 0, 3), record(shape, 1, 3), nullable(textOr(even))];
  fc.assert(
    fc.property(fc.constantFrom(...checks), fc.jsonValue(), (check, value) => {
      const found = check(value);
      if (found === undefined) return;
      expect(found.why).toMatch(/^(?:must|is) /);
    }),
  );
});

it('accepts exactly the numbers of its range', () => {
  fc.assert(
    fc.property(fc.double(), fc.double({ noNaN: true }), fc.double({ noNaN: true }), (value, min, max) => {
      const isInside = Number.isFinite(value) && value >= min && value <= max;
      expect(number(min, max)(value) === undefined).toBe(isInside);
    }),
  );
});

it('contains no string of the value', () => {
  fc.assert(
    fc.property(fc.constantFrom<Check>(flag, tool, shape, list(flag), oneOf('a', 'b')), (check) => {
      expect(JSON.stringify(check('sk-secret') ?? {})).not.toContain('sk-secret');
    }),
  );
});

it('gives the type of valid values', () => {
  expectTypeOf<TypeOf<typeof tool>>().toEqualTypeOf<
    { readonly name: string } & { readonly size?: number | undefined }
  >();
  const parsed = checked(list(oneOf('a', 'b')), ['a'], 'at', (path, why) => new Error(`${path} ${why}`));
  expectTypeOf(parsed).toEqualTypeOf<readonly ('a' | 'b')[]>();
});

it('throws the given error with the complete path', () => {
  const read = (path: string) => (): unknown =>
    checked(tool, { name: 1 }, path, (at, why) => new Error(`${at} ${why}`));
  expect(read('tools[0]')).toThrow('tools[0].name must be a string, not a number');
  expect(read('')).toThrow(/^name must be a string/);
});

it('openOptions accepts members of an instance whose names resemble no option', () => {
  class Rule {
    readonly whenDown = 'deny';
    readonly history: string[] = [];
  }
  expect(openOptions({}, { whenDown: text })(new Rule())).toBeUndefined();
});
