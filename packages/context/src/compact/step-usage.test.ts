import { user, type Usage } from '@majordomo/core';
import { expect, it } from 'vitest';
import { tokenMeter } from '../meter/token-meter.ts';
import { StepUsage } from './step-usage.ts';

it('reports the usage of a step with the complete request and its compacted messages', () => {
  const observed: unknown[] = [];
  const steps = new StepUsage({ ...tokenMeter(), observe: (...args) => void observed.push(args) });
  const usage: Usage = {
    input: 9,
    output: 1,
    reasoning: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
  };
  const state = { runId: 'run' };
  const request = { system: 'Be brief.', tools: [], messages: [user('long')] };
  steps.recordRequest({ step: 1, state, request }, [user('short')]);
  steps.observeLastStep({ step: 2, state, usage, target: 'f/m' });
  expect(observed).toEqual([[{ ...request, messages: [user('short')] }, usage, 'f/m']]);
});
