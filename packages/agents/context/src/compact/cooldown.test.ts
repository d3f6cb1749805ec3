import { LlmError, type ErrorKind } from '@majordomo/core';
import { expect, it } from 'vitest';
import { cooldownAfter } from './cooldown.ts';

it.each<[ErrorKind, number, boolean]>([
  ['config', 600_000, true],
  ['auth', 600_000, true],
  ['billing', 600_000, true],
  ['not-found', 600_000, true],
  ['denied', 600_000, true],
  ['protocol', 30_000, true],
  ['network', 30_000, true],
  ['empty', 30_000, true],
  ['truncated', 30_000, true],
  ['invalid-output', 30_000, true],
  ['server', 60_000, true],
  ['content-filter', 60_000, false],
  ['context-overflow', 60_000, false],
  ['invalid-request', 60_000, false],
  ['unsupported', 60_000, false],
])('the pause after %s lasts %i ms and applies to all conversations: %o', (kind, ms, isForAll) => {
  expect(cooldownAfter(new LlmError(kind, ''))).toEqual({ ms, isForAll });
});

it('the pause lasts at least the time that the vendor requests', () => {
  const after = (retryAfterMs: number) => cooldownAfter(new LlmError('server', '', { retryAfterMs })).ms;
  expect([after(1), after(60_001)]).toEqual([60_000, 60_001]);
});

it('the pause after an unknown error lasts a minute', () => {
  expect(cooldownAfter(new Error('bug'))).toEqual({ ms: 60_000, isForAll: true });
});
