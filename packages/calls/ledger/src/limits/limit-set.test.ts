import { expect, it } from 'vitest';
import type { Limit } from '../contract/limit.ts';
import { LimitSet } from './limit-set.ts';

const limit = (name: string, of: Partial<Limit> = {}): Limit => ({
  name,
  max: { requests: 1 },
  per: 'ever',
  ...of,
});
const spender = { tenant: 't', vendor: 'v', target: 'a/x', metadata: { team: 7 } };
const namesOf = (limits: readonly { readonly definition: Limit }[]): readonly string[] =>
  limits.map(({ definition }) => definition.name);

it('returns one limit by name, or all', () => {
  const set = new LimitSet([limit('a'), limit('b')], []);
  expect(namesOf(set.named('b'))).toEqual(['b']);
  expect(namesOf(set.named(undefined))).toEqual(['a', 'b']);
});

it.each([
  [[], 'unknown limit "x"; the ledger has no limits'],
  [[limit('a'), limit('b')], 'unknown limit "x"; the limits are "a", "b"'],
])('rejects an unknown name and states the known ones', (limits, message) => {
  expect(() => new LimitSet(limits, []).named('x')).toThrow(
    expect.objectContaining({ kind: 'config', message }) as Error,
  );
});

it('counts the revisions of a limit', () => {
  const set = new LimitSet([limit('a')], []);
  const revision = () => set.named('a')[0]?.revision;
  expect(revision()).toBe(0);
  set.set(limit('a'));
  set.set(limit('a'));
  expect(revision()).toBe(2);
  set.set(limit('b'));
  expect(set.named('b')[0]?.revision).toBe(1);
});

it('ignores the removal of an unknown limit', () => {
  const set = new LimitSet([limit('a')], []);
  set.remove('x');
  expect(namesOf(set.all())).toEqual(['a']);
  set.remove('a');
  expect(set.all()).toEqual([]);
});

it('returns the counters of the limits that match a spender', () => {
  const set = new LimitSet([limit('a', { where: { tenant: ['u'] } }), limit('b', { each: ['team'] })], []);
  expect(set.countersFor(spender).map(({ counter }) => counter)).toEqual([
    'limit/b/requests/ever@UTC/team=7',
  ]);
});

it('selects the metadata of the options and of counters, and no properties of the attempt', () => {
  const each = ['tenant', 'vendor', 'provider', 'target', 'team'];
  expect(new LimitSet([limit('a', { each }), limit('b')], ['feature']).tagKeys()).toEqual([
    'feature',
    'team',
  ]);
});

it('creates the counters of a limit of a caller once, as revision 0', () => {
  const set = new LimitSet([], [], () => [limit('a')]);
  const own = limit('a');
  expect(set.ofCaller(own)).toMatchObject({ definition: own, isOwn: true, revision: 0 });
  expect(set.ofCaller(own)).toBe(set.ofCaller(own));
  expect(set.ofCaller(limit('a'))).not.toBe(set.ofCaller(own));
});
