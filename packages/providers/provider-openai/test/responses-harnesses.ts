import { openaiResponses, openaiResponsesWire, type Harness } from '@majordomo/conformance';
import {
  azureResponses,
  codex,
  createOpenAI,
  openaiCompatible,
  xaiResponses,
  type ResponsesProfile,
} from '../src/index.ts';

import { harnessModels, OPENAI_MODELS } from './harness-models.ts';

const openai = (model: string): [string, Harness] => [
  `openai/${model}`,
  {
    wire: openaiResponses,
    model,
    models: OPENAI_MODELS,
    open: ({ baseURL, apiKey }) => createOpenAI({ baseURL, apiKey }),
  },
];

const compatible = (profile: ResponsesProfile, cannot?: Harness['cannot']): [string, Harness] => [
  profile.id,
  {
    wire: openaiResponses,
    model: 'm',
    models: harnessModels(profile),
    open: ({ baseURL, apiKey }) => openaiCompatible(profile, { baseURL, apiKey }),
    cannot,
  },
];

const SELF_HOSTED: ResponsesProfile = {
  api: 'responses',
  id: 'lab',
  baseURL: 'http://lab/v1',
  keyEnv: 'LAB_KEY',
};

const NO_REASONING = 'gpt-4o models do not reason';

/** Models of OpenAI over Responses, and profiles of other vendors. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  openai('gpt-5'),
  openai('m'),
  openai('gpt-6-sol'),
  [
    'openai/gpt-4o-mini',
    {
      ...openai('gpt-4o-mini')[1],
      cannot: { 'reasoning-replay': NO_REASONING, 'reasoning-redacted': NO_REASONING },
    },
  ] as [string, Harness],
  // The suite expects no system text. The tests of the converter check the default instructions.
  compatible(
    { ...codex, quirks: { ...codex.quirks, defaultInstructions: '' } },
    { system: 'the ChatGPT backend rejects max_output_tokens, so it is dropped with a warning' },
  ),
  compatible(azureResponses({ resource: 'r' })),
  compatible(xaiResponses),
  compatible(SELF_HOSTED),
  [
    'lmstudio',
    {
      ...compatible({ ...SELF_HOSTED, id: 'lmstudio' })[1],
      wire: openaiResponsesWire({ callsEnd: 'empty' }),
    },
  ],
];
