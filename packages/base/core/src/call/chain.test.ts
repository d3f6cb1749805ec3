import { describe, expect, it } from 'vitest';
import type { Target } from '../resolve/resolve.ts';
import type { Call, ChainDeps } from './contract.ts';
import { Chain } from './chain.ts';

const targets = ['a/x', 'b/y', 'c/z'].map((key) => ({ key }) as Target);
const newChain = (): Chain<object, unknown> =>
  new Chain(targets, { settingsFor: () => ({}) } as unknown as Call<object, unknown>, {} as ChainDeps);
const current = (chain: Chain<object, unknown>): string | undefined => chain.current?.target.key;

describe('a chain', () => {
  it('advances from target to target, and restarts with the same states', () => {
    const chain = newChain();
    const [first, ...otherTargets] = chain.all;
    expect([chain.current, chain.next]).toEqual([first, otherTargets]);
    const keys = targets.map(() => {
      const key = current(chain);
      chain.advance();
      return key;
    });
    expect([keys, current(chain), chain.next]).toEqual([['a/x', 'b/y', 'c/z'], undefined, []]);
    chain.restart();
    expect(chain.current).toBe(first);
  });

  it('skips a target that failed in a race', () => {
    const chain = newChain();
    for (const state of chain.next) state.hasFailedInRace = state.target.key === 'b/y';
    chain.advance();
    expect(current(chain)).toBe('c/z');
  });

  it('contacts a benched target only if it is forced', () => {
    const chain = newChain();
    expect([chain.mode, chain.wasForced]).toEqual(['unless-benched', false]);
    for (const state of chain.next.slice(0, 1)) chain.force(state, 'alone');
    expect([current(chain), chain.mode, chain.wasForced]).toEqual(['b/y', 'alone', true]);
    chain.restart();
    expect([current(chain), chain.mode, chain.wasForced]).toEqual(['a/x', 'unless-benched', true]);
  });
});
