import { expect, it } from 'vitest';
import { pickExtra } from './settings.ts';

const extra = { wire: { a: 1, b: 1 }, own: { b: 2 }, other: { c: 3 }, undefined: { d: 4 } };

it.each([
  ['the members of the wire, overridden by those of the provider', extra, 'wire', { a: 1, b: 2 }],
  ['the members of the provider if the wire has no name', extra, undefined, { b: 2 }],
  ['no members of other providers', { other: { c: 3 } }, 'wire', {}],
  ['nothing without extra', undefined, 'wire', {}],
])('picks %s', (_, extra, wire, picked) => {
  expect(pickExtra(extra, wire, 'own')).toEqual(picked);
});

it('returns the same empty object for caches', () => {
  expect(pickExtra(undefined, 'wire', 'a')).toBe(pickExtra(undefined, undefined, 'b'));
});
