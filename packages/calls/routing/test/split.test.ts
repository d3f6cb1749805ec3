import { describe, expect, it } from 'vitest';
import { createRouter, split, type Turn } from '../src/index.ts';
import { failureOf, hi, setUpRouter } from './support/fixture.ts';

const KEYS = Array.from({ length: 20_000 }, (_, at) => `user-${at}`);
const byTenant = ({ call }: Turn): string | undefined => call?.tenant;
const targets = { 'a/x': {}, 'b/y': {} };

const sharesOf = (armOf: (key: string) => string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const key of KEYS) counts[armOf(key)] = (counts[armOf(key)] ?? 0) + 1 / KEYS.length;
  return counts;
};

describe('a split', () => {
  it('divides keys by the weights', () => {
    // The standard deviation of a share of 0.3 is 0.0032.
    const shares = sharesOf(split({ a: 6, b: 3, c: 1, none: 0 }, byTenant).armOf);
    for (const [arm, share] of [
      ['a', 0.6],
      ['b', 0.3],
      ['c', 0.1],
    ] as const)
      expect(Math.abs((shares[arm] ?? 0) - share)).toBeLessThan(0.013);
    expect(Object.keys(shares).sort()).toEqual(['a', 'b', 'c']);
  });

  it('moves keys only to arms whose weight rose', () => {
    const steps = [
      { stable: 95, canary: 5, next: 0 },
      { stable: 80, canary: 20, next: 0 },
      { stable: 60, canary: 20, next: 20 },
      { stable: 0, canary: 20, next: 20 },
    ].map((arms) => split(arms, byTenant));
    for (const [at, after] of steps.entries()) {
      const before = steps[at - 1];
      if (before === undefined) continue;
      const ratioOf = (arm: string): number => (after.arms[arm] ?? 0) / (before.arms[arm] ?? 0);
      for (const key of KEYS) {
        const [was, is] = [before.armOf(key), after.armOf(key)];
        if (was !== is) expect(ratioOf(is)).toBeGreaterThan(ratioOf(was));
      }
    }
  });

  it('chooses equal keys for equal salts, and independent keys for others', () => {
    const canary = (salt: string): ReadonlySet<string> => {
      const { armOf } = split({ stable: 80, canary: 20 }, byTenant, { salt });
      return new Set(KEYS.filter((key) => armOf(key) === 'canary'));
    };
    const first = canary('1');
    expect(canary('1')).toEqual(first);
    const both = [...canary('2')].filter((key) => first.has(key));
    // The standard deviation is 0.0014.
    expect(Math.abs(both.length / KEYS.length - 0.04)).toBeLessThan(0.006);
  });

  it('chooses the same arms in every version of the package', () => {
    const { armOf } = split({ stable: 50, canary: 50 }, byTenant);
    expect(['ann', 'bob', 'eve', 'zoë', '用户', ''].map(armOf)).toMatchInlineSnapshot(`
      [
        "stable",
        "stable",
        "canary",
        "stable",
        "stable",
        "canary",
      ]
    `);
  });

  it('resolves a name, and records the arm of the call', async () => {
    const { armOf } = split({ stable: 1, canary: 1 }, byTenant);
    const fast = split({ stable: 1, canary: 1 }, byTenant);
    const { majordomo } = setUpRouter(targets, { fast, stable: 'a/x', canary: 'b/y' });
    const arms: unknown[] = [];
    for (const tenant of KEYS.slice(0, 20)) {
      const { target } = await majordomo.model('fast').generate(hi, {
        tenant,
        onEvent: (event) => event.type === 'call-start' && arms.push(event.call.arms),
      });
      expect(target).toBe(armOf(tenant) === 'stable' ? 'a/x' : 'b/y');
      expect(arms.at(-1)).toEqual({ fast: armOf(tenant) });
    }
  });

  it('records no arm of a call whose preset the caller overrides', async () => {
    const { majordomo } = setUpRouter(targets, { fast: split({ 'a/x': 1, 'b/y': 1 }, byTenant) });
    let arms: unknown = 'none';
    await majordomo.model('fast').generate(hi, {
      tenant: 't',
      metadata: { model: 'b/y' },
      onEvent: (event) => {
        if (event.type === 'call-start') arms = event.call.arms;
      },
    });
    expect(arms).toBeUndefined();
  });

  it('chooses the first arm without a key, and if the function throws', async () => {
    const throwing = (): string => {
      throw new Error('no session');
    };
    for (const by of [() => undefined, () => '', throwing]) {
      const { majordomo } = setUpRouter(targets, { fast: split({ 'b/y': 1, 'a/x': 1000 }, by) });
      expect((await majordomo.model('fast').generate(hi)).target).toBe('b/y');
    }
  });

  it.each([
    ['smallest', Number.MIN_VALUE],
    ['largest', Number.MAX_VALUE],
  ])('divides keys equally among arms with the %s weight', (_name, weight) => {
    const shares = sharesOf(split({ a: weight, b: weight }, byTenant).armOf);
    expect(Math.abs((shares['a'] ?? 0) - 0.5)).toBeLessThan(0.014);
  });

  it('sends no call without a key to an arm with the weight 0', async () => {
    const { majordomo } = setUpRouter(targets, { fast: split({ 'b/y': 0, 'a/x': 1 }, () => undefined) });
    expect((await majordomo.model('fast').generate(hi)).target).toBe('a/x');
  });

  it('rejects a key that is not a string', async () => {
    const { majordomo } = setUpRouter(targets, { fast: split({ 'a/x': 1 }, (() => 7) as never) });
    const failure = await failureOf(majordomo.model('fast').generate(hi));
    expect(failure.message).toContain('by must return a string or undefined, not a value of type number');
  });

  it.each<[string, unknown, unknown, object?]>([
    ['arms must be an object', [], byTenant],
    ['at least one arm', {}, byTenant],
    ['at least one arm', { a: 0 }, byTenant],
    ['split.a: must be a number of 0 or more', { a: -1 }, byTenant],
    ['split.a: must be a number of 0 or more', { a: Number.NaN }, byTenant],
    ['must be a single target or name', { 'a,b': 1 }, byTenant],
    ['has an empty element', { '': 1 }, byTenant],
    ['by must be a function', { a: 1 }, 'tenant'],
    ['seed: is not a known member', { a: 1 }, byTenant, { seed: 1 }],
    ['split.salt', { a: 1 }, byTenant, { salt: 1 }],
  ])('rejects invalid arguments: %s', (message, arms, by, options) => {
    expect(() => split(arms as never, by as never, options as never)).toThrow(message);
  });

  it('that refers to itself is rejected', () => {
    const fast = split({ slow: 1 }, byTenant);
    expect(() => createRouter({ presets: { fast, slow: 'fast' } })).toThrow('refers to itself');
  });
});
