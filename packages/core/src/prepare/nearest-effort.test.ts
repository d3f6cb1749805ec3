import { expect, it } from 'vitest';
import type { Effort } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import { nearestEffort } from './settings.ts';

it.each<[Effort, readonly Effort[], Effort | undefined]>([
  ['low', ['low', 'high'], 'low'],
  ['medium', ['high', 'low'], 'high'],
  ['minimal', ['low', 'medium', 'high'], 'low'],
  ['xhigh', ['low', 'medium', 'high'], 'high'],
  // Without bounds is for who asks for it.
  ['xhigh', ['low', 'high', 'max'], 'high'],
  ['max', ['low', 'high', 'max'], 'max'],
  ['max', ['low', 'xhigh'], 'xhigh'],
  ['high', [], undefined],
])('of %s among %j is %s, with a warning for a difference', (asked, known, found) => {
  const warnings: Warning[] = [];
  expect(nearestEffort(asked, known, warnings)).toBe(found);
  const isOther = found !== undefined && found !== asked;
  expect(warnings.map(({ what }) => what)).toEqual(isOther ? [`reasoning "${asked}" to ${found}`] : []);
});
