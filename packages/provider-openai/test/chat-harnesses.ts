import { chatDialects, openaiChatWire, type Harness } from '@majordomo/testing';
import {
  cerebras,
  createOpenAI,
  deepseek,
  fireworks,
  groq,
  llamacpp,
  mistral,
  openaiCompatible,
  openrouter,
  together,
  vercelGateway,
  xai,
  zai,
  type Profile,
} from '../src/index.ts';

const wireOf = (vendor: string): Harness['wire'] => openaiChatWire(chatDialects[vendor] ?? { name: vendor });

const NOT_SENT_BACK = 'no recording shows that this vendor takes its reasoning back: it is not sent';

const TOLD = 'its JSON mode takes no schema: the schema is told in the system text';

const compatible = (profile: Profile, cannot?: Harness['cannot']): [string, Harness] => [
  profile.id,
  {
    wire: wireOf(profile.id),
    model: 'm',
    open: ({ baseURL, apiKey }) => openaiCompatible(profile, { baseURL, apiKey }),
    cannot,
  },
];

const openai = (model: string): [string, Harness] => [
  `openai/${model}`,
  {
    wire: wireOf('openai'),
    model,
    open: ({ baseURL, apiKey }) => createOpenAI({ api: 'chat', baseURL, apiKey }),
  },
];

/** Models of OpenAI over Chat Completions, and profiles of other vendors. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  openai('gpt-4o-mini'),
  openai('gpt-5'),
  openai('m'),
  compatible(cerebras, { 'reasoning-replay': NOT_SENT_BACK }),
  compatible(deepseek, { 'structured-output': TOLD }),
  compatible(groq, { 'reasoning-replay': NOT_SENT_BACK }),
  compatible(mistral),
  compatible(openrouter),
  compatible(together),
  compatible(vercelGateway),
  compatible(xai),
  compatible(zai, { 'structured-output': TOLD }),
  compatible(fireworks),
  compatible({ ...llamacpp, keyEnv: 'LAB_KEY' }),
];
