import { describe, expect, it } from 'vitest';
import type { Target } from '../resolve/resolve.ts';
import type { Call, ChainDeps } from './call.ts';
import { Route } from './chain.ts';

const places = ['a/x', 'b/y'].map((key) => ({ key }) as Target);
const route = (): Route<object, unknown> =>
  new Route(places, { settingsAt: () => ({}) } as unknown as Call<object, unknown>, {} as ChainDeps);

describe('a route', () => {
  it('goes from target to target, to its end, and begins anew with the same visits', () => {
    const it = route();
    const [first, ...others] = it.all;
    expect([it.current, it.places]).toEqual([first, places]);
    it.advance();
    expect(it.current?.place.key).toBe('b/y');
    expect(it.current).toBe(others[0]);
    it.advance();
    expect(it.current).toBeUndefined();
    it.restart();
    expect(it.current).toBe(first);
  });

  it('asks no benched target, but the one that it is forced to', () => {
    const it = route();
    expect([it.mode, it.wasForced]).toEqual(['unless-benched', false]);
    it.force('b/y', 'alone');
    expect([it.current?.place.key, it.mode, it.wasForced]).toEqual(['b/y', 'alone', true]);
    it.restart();
    expect([it.current?.place.key, it.mode, it.wasForced]).toEqual(['a/x', 'unless-benched', true]);
  });
});
