import { atLeast } from './checks.ts';
import { expect, it } from 'vitest';
import { checkOptions, checkKind } from './options.ts';

const errorMessage = (kind: Parameters<typeof checkKind>[1], value: unknown): string => {
  try {
    checkKind(value, kind, 'it', 'make: ');
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

it.each([
  ['string', 5, 'make: it must be a string, not a number'],
  ['boolean', 'yes', 'make: it must be a boolean, not a string'],
  ['object', null, 'make: it must be an object, not null'],
  ['object', [], 'make: it must be an object, not an array'],
  ['object', new Map(), 'make: it must be a plain object; convert a Map or Headers with Object.fromEntries'],
  [
    'object',
    new Headers(),
    'make: it must be a plain object; convert a Map or Headers with Object.fromEntries',
  ],
  ['array', {}, 'make: it must be an array, not an object'],
  ['string or function', 5, 'make: it must be a string or function, not a number'],
  ['object with now', {}, 'make: it must be an object with now, not one without'],
  ['object with now', 5, 'make: it must be an object with now, not a number'],
  [atLeast(1), 0, 'make: it must be a number of 1 or more, not 0'],
  [atLeast(1), '5', 'make: it must be a number of 1 or more, not a string'],
  [['open', 'shut'], 'sk-secret', 'make: it must be one of open, shut'],
  [['open', 'shut'], 'opne', 'make: it must be one of open, shut; did you mean "open"?'],
  [['open', 'shut'], 5, 'make: it must be one of open, shut, not a number'],
  [['open', 'shut'], null, 'make: it must be one of open, shut, not null'],
  ['number', NaN, 'make: it must be a number, not NaN'],
  ['refused: use that', {}, 'make: it is not an option; use that'],
  ['refused: use that', null, 'make: it is not an option; use that'],
  [{ inner: 'string' }, 5, 'make: it must be an object, not a number'],
  [{ inner: 'string' }, { inner: 5 }, 'make: it.inner must be a string, not a number'],
] as const)('of kind %j rejects %j', (kind, value, message) => {
  expect(errorMessage(kind, value)).toBe(message);
});

it.each([
  ['string', ''],
  ['string or function', ''],
  ['string or function', () => 1],
  ['object with now', { now: () => 1 }],
  ['object with now', Object.create({ now: () => 1 })],
  [true, null],
  [atLeast(0), 0],
  [atLeast(0), Infinity],
  [['a', 'b'], 'b'],
  [{ inner: 'string' }, {}],
  ['string', undefined],
  ['refused: use that', undefined],
] as const)('of kind %j accepts %j', (kind, value) => {
  expect(errorMessage(kind, value)).toBe('');
});

it('messages do not contain the value', () => {
  for (const kind of ['object', 'array', 'function', 'object with now', atLeast(5)] as const)
    expect(errorMessage(kind, 'sk-secret')).not.toContain('sk-secret');
});

it.each([
  [{}, 'make: name is missing; it must be a string'],
  [{ name: undefined }, 'make: name is missing; it must be a string'],
  [{ name: 'a' }, 'make: size is missing'],
])('%j lacks a required option', (options, message) => {
  expect(() => {
    checkOptions('make', options, { name: 'string', size: atLeast(1) }, ['name', 'size']);
  }).toThrow(message);
});

it('does not suggest a name that is refused', () => {
  const check = (options: object) => (): void => {
    checkOptions('make', options, { headers: 'refused: pass it elsewhere', signal: 'object' });
  };
  expect(check({ headres: {} })).not.toThrow();
  expect(check({ singal: {} })).toThrow('make: singal is not an option; did you mean "signal"?');
});
