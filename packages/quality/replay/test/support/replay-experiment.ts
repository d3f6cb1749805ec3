import { createMajordomo } from '@majordomo/core';
import type { ReplayDefinition } from '@majordomo/replay';
import { createOpenAI } from '@majordomo/provider-openai';
import { recordedCall, trafficOf } from './recorded-calls.ts';

const calls = Array.from({ length: 40 }, (_, at) => recordedCall(at));

/** Returns the definition of an experiment with 40 recorded calls, whose candidate is called at a server. */
export const experimentAt = (baseURL: string): ReplayDefinition => ({
  name: 'killed',
  majordomo: createMajordomo({
    providers: [createOpenAI({ api: 'chat', baseURL })],
    env: { OPENAI_API_KEY: 'sk-test' },
  }),
  traffic: trafficOf(calls),
  candidate: { spec: 'openai/gpt-5.4-mini' },
  judge: () => 'equal',
  sample: calls.length,
  control: 0,
  budgetUsd: '5',
});
