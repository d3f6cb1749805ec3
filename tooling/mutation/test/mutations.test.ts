import { expect, it } from 'vitest';
import { mutated, mutationsOf } from '../src/mutations.ts';

const changesOf = (text: string): string[] =>
  mutationsOf(text).map((mutation) => mutated(text, mutation).replaceAll(/\s+/g, ' '));

it.each([
  ['a === b', ['a !== b', ';']],
  ['a && b', ['a || b', ';']],
  ['a ?? b', ['a', ';']],
  ['a < 1', ['a <= 1', ';', 'a < 2']],
  ['a++', [';', 'a--']],
  ['a.every(b)', [';', 'a.some(b)']],
  ['a.filter(b)', ['a', ';']],
  ['f({ a, ...b })', [';', 'f({ ...b })', 'f({ a, })']],
  ['f([...a, b])', [';', 'f([ b])']],
  ['if (a) b();', ['if (!(a)) b();', ';', 'if (a) ;']],
  [
    'if (!a) throw b; else c();',
    ['if (a) throw b; else c();', 'if (!a) ; else c();', 'if (!a) throw b; else ;'],
  ],
  ['a ? b : c', [';', '!(a) ? b : c']],
  ["f(true, 'x', '')", [';', "f(false, 'x', '')", "f(true, '', '')", "f(true, 'x', '?')"]],
])('%s is changed one thing at a time', (text, changes) => {
  expect(changesOf(text).toSorted()).toEqual(changes.toSorted());
});

it.each([
  "import { a } from 'a';",
  "export { a } from 'a';",
  "type A = 'a' | 1;",
  "interface A { readonly b: 'c' }",
  'const options = { once: true };',
])('does not mutate %s', (text) => {
  expect(changesOf(text)).toEqual([]);
});
