import { chatDialects, openaiChatWire, type ChatDialect, type Harness } from '@majordomo/conformance';
import { azureOpenAI, createOpenAI, openaiCompatible, PROFILES, type Profile } from '../src/index.ts';

import { harnessModels, OPENAI_MODELS } from './harness-models.ts';

/** Dialects for which the suite's wire server has no vendor. They send usage without a request (recordings of 2025-2026). */
const DIALECTS: Readonly<Record<string, ChatDialect>> = {
  ...chatDialects,
  perplexity: { alwaysSendsUsage: true },
  unplaced: { callIndexing: 'nowhere' },
};

const wireOf = (vendor: string): Harness['wire'] => openaiChatWire(DIALECTS[vendor]);

const NO_REFUSALS = 'the API has no refusals of single questions';
const NOT_SENT_BACK = 'no recording shows that this vendor accepts its reasoning, so it is not sent';
const NO_TOOLS = "this vendor's models cannot call tools of the application";

const WITHOUT_TOOLS: Harness['cannot'] = {
  'tool-call': NO_TOOLS,
  'parallel-tool-calls': NO_TOOLS,
  'interleaved-tool-calls': NO_TOOLS,
  'streamed-arguments': NO_TOOLS,
  'missing-call-ids': NO_TOOLS,
  'empty-arguments': NO_TOOLS,
  'bad-arguments': NO_TOOLS,
  'tool-result': NO_TOOLS,
  'loaded-tools': NO_TOOLS,
  'foreign-tool-ids': NO_TOOLS,
  'made-up-tool-names': NO_TOOLS,
  'text-with-tool-calls': NO_TOOLS,
  'user-after-tools': NO_TOOLS,
  'fitted-tool-names': NO_TOOLS,
  'tool-schemas': NO_TOOLS,
  'prefix-stability': NO_TOOLS,
  'request-tools': NO_TOOLS,
  'request-tool-choice': NO_TOOLS,
  'tool-result-content': NO_TOOLS,
  frozen: NO_TOOLS,
};

/** Cases that a vendor does not pass, for reasons that its profile does not contain. */
const SPECIAL: Readonly<Record<string, Harness['cannot']>> = {
  alibaba: { 'reasoning-replay': NOT_SENT_BACK },
  cerebras: { 'reasoning-replay': NOT_SENT_BACK },
  groq: { 'reasoning-replay': NOT_SENT_BACK },
  openrouter: { 'classification-refusal': NO_REFUSALS },
  typesafe: { 'classification-refusal': NO_REFUSALS },
  mistral: { 'moderation-usage': 'the response has no usage, and no fee per value is published' },
};

/** Returns the cases that a vendor does not pass. */
const cannotOf = ({ id, quirks, capabilities }: Profile): Harness['cannot'] => ({
  ...((quirks?.output === 'json_object' || quirks?.output === 'instruct') && {
    'structured-output': 'its JSON mode accepts no schema, so the system text contains it',
  }),
  ...(capabilities?.images === false && { image: "this vendor's models accept no images" }),
  ...(capabilities?.files === false && { file: "this vendor's models accept no documents" }),
  ...(capabilities?.audio === false && { audio: "this vendor's models accept no audio" }),
  ...(capabilities?.tools === false && WITHOUT_TOOLS),
  ...SPECIAL[id],
});

const compatible = (profile: Profile, cannot = cannotOf(profile)): [string, Harness] => [
  profile.id,
  {
    wire: wireOf(profile.id),
    model: 'm',
    models: harnessModels(profile),
    open: ({ baseURL, apiKey }) => openaiCompatible(profile, { baseURL, apiKey }),
    cannot,
  },
];

/** Whether a profile has nothing but an address. `together` represents these profiles. */
const hasOnlyAddress = ({
  id,
  vendor,
  baseURL,
  baseURLEnv,
  keyEnv,
  unverified,
  ...others
}: Profile): boolean => Object.keys(others).length === 0 && id !== 'together';

/** Servers on the user's machine require no key, but the suite sends one. */
const vendors = PROFILES.filter((profile) => !hasOnlyAddress(profile)).map((profile) =>
  compatible({ ...profile, keyEnv: profile.keyEnv ?? 'LAB_KEY' }),
);

/** Servers with unusual ids of tool calls. */
const UNUSUAL_CALL_IDS = ['gemini-compatible', 'unplaced'] as const;
const selfHostedProfile = (id: string): Profile => ({
  id,
  baseURL: 'http://lab/v1',
  keyEnv: 'LAB_KEY',
  quirks: id === 'gemini-compatible' ? { callSignature: 'required' } : {},
});

const NO_INTERLEAVED_CALLS = 'fragments without a call id cannot be interleaved';
const UNUSUAL_CALL_IDS_CANNOT: Readonly<Record<(typeof UNUSUAL_CALL_IDS)[number], Harness['cannot']>> = {
  'gemini-compatible': { 'interleaved-tool-calls': NO_INTERLEAVED_CALLS },
  unplaced: { 'interleaved-tool-calls': NO_INTERLEAVED_CALLS },
};

const openai = (model: string, cannot?: Harness['cannot']): [string, Harness] => [
  `openai/${model}`,
  {
    wire: wireOf('openai'),
    model,
    models: OPENAI_MODELS,
    open: ({ baseURL, apiKey }) => createOpenAI({ api: 'chat', baseURL, apiKey }),
    cannot,
  },
];

const NO_AUDIO: Harness['cannot'] = {
  audio: 'this model accepts no audio; models with "audio" in their names do',
};

/** Models of OpenAI over Chat Completions, and the profiles of other vendors. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  openai('gpt-4o-mini', NO_AUDIO),
  openai('gpt-5', NO_AUDIO),
  openai('m'),
  openai('gpt-5.4', NO_AUDIO),
  openai('gpt-6-sol', NO_AUDIO),
  ...UNUSUAL_CALL_IDS.map((id) => compatible(selfHostedProfile(id), UNUSUAL_CALL_IDS_CANNOT[id])),
  compatible(azureOpenAI({ resource: 'r' })),
  ...vendors,
];
