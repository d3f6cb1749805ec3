import { user, type ChatRequest, type Usage } from '@majordomo/core';
import { usageOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { tokenMeter } from '../meter/token-meter.ts';
import { StepUsage, type StepContext } from './step-usage.ts';

const usage: Usage = usageOf({ input: 9, output: 1 });
const state = { runId: 'run' };
const request: ChatRequest = { system: 'Be brief.', tools: [], messages: [user('long')] };
const next: StepContext = { step: 2, state, usage, target: 'f/m' };

function stepUsage(): { readonly steps: StepUsage; readonly observed: unknown[] } {
  const observed: unknown[] = [];
  const steps = new StepUsage({ ...tokenMeter(), observe: (...args) => void observed.push(args) });
  return { steps, observed };
}

it('reports the usage of a step with the complete request and its compacted messages', () => {
  const { steps, observed } = stepUsage();
  steps.recordRequest({ step: 1, state, request }, [user('short')]);
  steps.observeLastStep(next);
  expect(observed).toEqual([[{ ...request, messages: [user('short')] }, usage, 'f/m']]);
});

it.each<[string, StepContext, StepContext]>([
  ['of another run', {}, { state: { runId: 'other' } }],
  ['of a step that is not the previous one', {}, { step: 3 }],
  ['without a count', {}, { usage: undefined }],
  ['of an unknown target', {}, { target: undefined }],
  ['of a request that was too long', {}, { overflow: new Error('too long') }],
  ['of a request without a run', { state: undefined }, { state: undefined }],
  ['of a request without a number', { step: undefined }, {}],
  ['of an unknown request', { request: undefined }, {}],
])('does not report the usage %s', (_name, recorded, observedStep) => {
  const { steps, observed } = stepUsage();
  steps.recordRequest({ step: 1, state, request, ...recorded }, [user('short')]);
  steps.observeLastStep({ ...next, ...observedStep });
  expect(observed).toEqual([]);
});

it('stores the requests of the 64 runs that were recorded last', () => {
  const { steps, observed } = stepUsage();
  const record = (run: number) => {
    steps.recordRequest({ step: 1, state: { runId: String(run) }, request }, [user(String(run))]);
  };
  for (let run = 0; run < 64; run++) record(run);
  record(0);
  record(64);
  for (const run of [0, 1, 2, 64]) steps.observeLastStep({ ...next, state: { runId: String(run) } });
  expect(observed).toEqual(
    [0, 2, 64].map((run) => [{ ...request, messages: [user(String(run))] }, usage, 'f/m']),
  );
});
