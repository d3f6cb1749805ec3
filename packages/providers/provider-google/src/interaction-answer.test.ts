import { expect, it } from 'vitest';
import { lookOf } from './interaction-answer.ts';

const TARGET = 'google/gemini-3.7-flash';

it.each([
  ['queued', 'queued'],
  ['in_progress', 'running'],
  ['a status of tomorrow', 'running'],
  ['completed', 'ended'],
  ['failed', 'ended'],
])('an interaction with the status %s is %s', (status, state) => {
  expect(lookOf({ status }, TARGET).state).toBe(state);
});

it('a body without a status is not an interaction', () => {
  expect(() => lookOf({}, TARGET)).toThrow(`${TARGET}: the job has no status`);
});

it('an error without a status is the failure of the interaction', async () => {
  const { answer } = lookOf({ error: { code: 503, message: 'sorry' } }, TARGET);
  expect(await answer?.json()).toEqual({ error: { code: 503, message: 'sorry', status: 'INTERNAL' } });
});
