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

const LAB: ResponsesProfile = { api: 'responses', id: 'lab', baseURL: 'http://lab/v1', keyEnv: 'LAB_KEY' };

const NOT_ASKED_FOR = 'gpt-4o models do not reason';

/** Models of OpenAI over Responses, and profiles of other vendors. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  openai('gpt-5'),
  openai('m'),
  openai('gpt-6-sol'),
  [
    'openai/gpt-4o-mini',
    {
      ...openai('gpt-4o-mini')[1],
      cannot: { 'reasoning-replay': NOT_ASKED_FOR, 'reasoning-redacted': NOT_ASKED_FOR },
    },
  ] as [string, Harness],
  // The wire server asks for no system text; what the backend gets without one is shown next to the converter.
  compatible(
    { ...codex, quirks: { ...codex.quirks, defaultInstructions: '' } },
    { system: 'the ChatGPT backend rejects max_output_tokens, so it is dropped with a warning' },
  ),
  compatible(azureResponses({ resource: 'r' })),
  compatible(xaiResponses),
  compatible(LAB),
  [
    'lmstudio',
    { ...compatible({ ...LAB, id: 'lmstudio' })[1], wire: openaiResponsesWire({ callsEnd: 'empty' }) },
  ],
];
