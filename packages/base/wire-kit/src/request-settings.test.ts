import type { Effort, Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { cacheLifetime, nearestEffort } from './request-settings.ts';

it.each<[Effort, readonly Effort[], Effort | undefined]>([
  ['low', ['low', 'high'], 'low'],
  ['medium', ['high', 'low'], 'high'],
  ['minimal', ['low', 'medium', 'high'], 'low'],
  ['xhigh', ['low', 'medium', 'high'], 'high'],
  // Only a request for "max" is sent as "max", because it has no upper bound.
  ['xhigh', ['low', 'high', 'max'], 'high'],
  ['max', ['low', 'high', 'max'], 'max'],
  ['max', ['low', 'xhigh'], 'xhigh'],
  ['high', [], undefined],
  ['high', ['max'], undefined],
])(
  'nearestEffort of %s among %j is %s, with a warning for a difference',
  (requested, available, expected) => {
    const warnings: Warning[] = [];
    expect(nearestEffort(requested, available, warnings)).toBe(expected);
    const coerced = expected === undefined ? 'reasoning "high"' : `reasoning "${requested}" to ${expected}`;
    expect(warnings.map(({ what }) => what)).toEqual(expected === requested ? [] : [coerced]);
  },
);

describe('cacheLifetime', () => {
  it.each([
    ['long', 'short', 'long'],
    ['none', 'long', 'long'],
    ['short', 'none', 'short'],
    ['none', 'none', 'none'],
  ] as const)('of prefix %s and messages %s is %s', (prefix, messages, expected) => {
    expect(cacheLifetime({ prefix, messages, after: 0, key: 'k' })).toBe(expected);
  });
});
