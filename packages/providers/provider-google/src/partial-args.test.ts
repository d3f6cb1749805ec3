import { expect, test } from 'vitest';
import { PartialArguments, type PartialArg } from './partial-args.ts';

function read(...parts: readonly PartialArg[]): unknown {
  const args = new PartialArguments();
  const results = parts.map((part) => args.add(part));
  return results.every(Boolean) ? JSON.parse(args.json()) : undefined;
}

test('sets values at their paths', () => {
  const args = read(
    { jsonPath: '$.city', stringValue: 'Bern' },
    { jsonPath: '$.days[0].at', numberValue: 3 },
    { jsonPath: '$.days[0].dry', boolValue: false },
    { jsonPath: '$.days[1].at', numberValue: 4.5 },
    { jsonPath: "$['the key'][\"it's\"]", nullValue: 'NULL_VALUE' },
  );
  expect(args).toEqual({
    city: 'Bern',
    days: [{ at: 3, dry: false }, { at: 4.5 }],
    'the key': { "it's": null },
  });
});

test.each([
  [String.raw`$['a\nb']`, 'a\nb'],
  [String.raw`$["\b\f\r\t"]`, '\b\f\r\t'],
  [String.raw`$['\u00e9\uD834\uDD1E\u000b']`, 'é𝄞\v'],
  [String.raw`$['it\'s \\n \/ "']`, String.raw`it's \n / "`],
])('decodes the escapes in %s', (jsonPath, name) => {
  expect(read({ jsonPath, numberValue: 1 })).toEqual({ [name]: 1 });
});

test('joins fragments of a string, and replaces it', () => {
  const text = (stringValue: string, willContinue?: boolean): PartialArg => ({
    jsonPath: '$.a',
    stringValue,
    willContinue,
  });
  expect(read(text('Be', true), text('r', true), text('n'))).toEqual({ a: 'Bern' });
  expect(read(text('Bern', true), { jsonPath: '$.a' })).toEqual({ a: 'Bern' });
  expect(read(text('Bern'), text('Basel'))).toEqual({ a: 'Basel' });
  expect(read(text('Be', true), { jsonPath: '$.b', stringValue: 'x' }, text('rn'))).toEqual({
    a: 'rn',
    b: 'x',
  });
});

test.each(['', 'city', '$', '$[0]', '$.a[', '$..a', '$.a[1000000000]', '$.a[2]', undefined])(
  'rejects the path %s',
  (jsonPath) => {
    expect(read({ jsonPath, numberValue: 1 })).toBeUndefined();
  },
);

test('reads the path of a list', () => {
  expect(read({ jsonPath: '$.tags[]' })).toEqual({ tags: [] });
  const element = { jsonPath: '$.tags[0]', stringValue: 'a' };
  expect(read(element, { jsonPath: '$.tags[]' }, { jsonPath: '$.tags[]', numberValue: 2 })).toEqual({
    tags: ['a', 2],
  });
  expect(
    read(
      { jsonPath: '$.a.b[]', stringValue: 'x', willContinue: true },
      { jsonPath: '$.a.b[]', stringValue: 'y' },
    ),
  ).toEqual({
    a: { b: ['xy'] },
  });
});

test.each(['$[]', '$.city[]', '$.city[][]'])('rejects %s, which is not the path of a list', (jsonPath) => {
  expect(read({ jsonPath: '$.city', stringValue: 'Bern' }, { jsonPath })).toBeUndefined();
});

test('accepts a name of the prototype', () => {
  const args = new PartialArguments();
  args.add({ jsonPath: '$.__proto__.polluted', boolValue: true });
  expect(args.json()).toBe('{"__proto__":{"polluted":true}}');
  expect({}).not.toHaveProperty('polluted');
});
