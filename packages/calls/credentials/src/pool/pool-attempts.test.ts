import type { ModelEvent } from '@majordomo/core';
import { expect, it } from 'vitest';
import { hasFinished } from './pool-attempts.ts';

const start: ModelEvent = { type: 'start', target: 'p/m', id: undefined };
const finish: ModelEvent = { type: 'finish', target: 'p/m', reason: 'stop', raw: 'stop', usage: undefined };

it('a step finishes the response if it contains the finish', () => {
  expect([start, finish, [start, finish], [finish], [start], []].map((step) => hasFinished(step))).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});
