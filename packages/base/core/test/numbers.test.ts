import { describe, expect, it } from 'vitest';
import { createMajordomo, LlmError, user, type CallOptions, type MajordomoOptions } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { world } from './support/world.ts';

const WRONG = [NaN, -1, -Infinity, '5', null];

describe('an invalid number is rejected with its path', () => {
  const callOptions: readonly (readonly [path: string, at: (value: number) => CallOptions])[] = [
    ['attempts', (attempts) => ({ attempts })],
    ['repairs', (repairs) => ({ repairs })],
    ['retryAfterCapMs', (retryAfterCapMs) => ({ retryAfterCapMs })],
    ['backoff.baseMs', (baseMs) => ({ backoff: { baseMs } })],
    ['backoff.capMs', (capMs) => ({ backoff: { capMs } })],
    ['timeouts.connectMs', (connectMs) => ({ timeouts: { connectMs } })],
    ['timeouts.totalMs', (totalMs) => ({ timeouts: { totalMs } })],
    ['timeouts.unreadMs', (unreadMs) => ({ timeouts: { unreadMs } })],
  ];

  it.each(callOptions)('%s of a call', async (path, at) => {
    const { majordomo, requestCounts } = world({ 'a/x': ['hi'] });
    for (const invalidNumber of WRONG) {
      const error = await failure(
        majordomo.model('a/x').generate({ messages: [user('hi')] }, at(invalidNumber as number)),
      );
      expect([error.kind, error.details.path, requestCounts.size]).toEqual(['config', path, 0]);
    }
  });

  const setUp: readonly (readonly [path: string, at: (value: number) => Partial<MajordomoOptions>])[] = [
    ['chain.attempts', (attempts) => ({ chain: { attempts } })],
    ['chain.timeouts.idleMs', (idleMs) => ({ chain: { timeouts: { idleMs } } })],
    ['health.threshold', (threshold) => ({ health: { threshold } })],
    ['health.cooldownMs', (cooldownMs) => ({ health: { cooldownMs } })],
    ['health.cooldownCapMs', (cooldownCapMs) => ({ health: { cooldownCapMs } })],
    ['health.retryAfterCapMs', (retryAfterCapMs) => ({ health: { retryAfterCapMs } })],
  ];

  it.each(setUp)('%s of a majordomo', (path, at) => {
    for (const invalidNumber of WRONG) {
      expect(() => createMajordomo({ providers: [], ...at(invalidNumber as number) })).toThrow(
        expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) as object }),
      );
    }
  });

  it('0 (if it disables) and Infinity are valid', () => {
    const chain = { attempts: Infinity, backoff: { baseMs: 0 }, timeouts: { idleMs: 0, totalMs: Infinity } };
    expect(() => createMajordomo({ providers: [], chain, health: { cooldownMs: 0 } })).not.toThrow(LlmError);
  });
});
