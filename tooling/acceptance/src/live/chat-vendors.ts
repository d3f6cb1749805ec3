import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createOllama } from '@majordomo/provider-ollama';
import * as openai from '@majordomo/provider-openai';
import {
  createOpenAI,
  openaiCompatible,
  type Profile,
  type ResponsesProfile,
} from '@majordomo/provider-openai';
import type { ChatCaseName, ChatVendor } from './chat.ts';

const own = (key: string, provider: Provider, model: string, ...cannot: ChatCaseName[]): ChatVendor => ({
  name: provider.id,
  key,
  provider,
  model,
  cannot,
});

/** The profiles below have a variable for their key. */
const profile = (of: Profile | ResponsesProfile, model: string, ...cannot: ChatCaseName[]): ChatVendor =>
  'api' in of
    ? { ...own(of.keyEnv ?? '', openaiCompatible(of), model, ...cannot), name: `${of.id} over Responses` }
    : own(of.keyEnv ?? '', openaiCompatible(of), model, ...cannot);

/** Vendors with a cheap model and the cases that the model cannot pass. The catalog confirms the rows of the vendors that it contains. */
export const CHAT_VENDORS: readonly ChatVendor[] = [
  { ...own('OPENAI_API_KEY', createOpenAI(), 'gpt-5.6-luna'), name: 'openai over Responses' },
  own('OPENAI_API_KEY', createOpenAI({ api: 'chat' }), 'gpt-5.6-luna'),
  own('ANTHROPIC_API_KEY', createAnthropic(), 'claude-haiku-4-5'),
  own('GEMINI_API_KEY', createGoogle(), 'gemini-2.5-flash-lite'),
  own('AWS_BEARER_TOKEN_BEDROCK', createBedrock(), 'us.amazon.nova-2-lite-v1:0'),
  own('GROQ_API_KEY', createGroq(), 'openai/gpt-oss-20b', 'image'),
  own('CEREBRAS_API_KEY', createCerebras(), 'gpt-oss-120b', 'image'),
  own('CLOUDFLARE_API_TOKEN', createCloudflare(), '@cf/google/gemma-4-26b-a4b-it'),
  own('OLLAMA_API_KEY', createOllama({ profile: 'ollama-cloud' }), 'gemma4:31b'),
  profile(openai.alibaba, 'qwen3.6-flash'),
  // The resource needs a deployment with the name of the model.
  profile(openai.azureOpenAI(), 'gpt-5.4-nano'),
  profile(openai.azureResponses(), 'gpt-5.4-nano'),
  profile(openai.baseten, 'openai/gpt-oss-120b', 'image'),
  profile(openai.cohere, 'command-r7b-12-2024', 'image', 'reasoning'),
  profile(openai.deepinfra, 'google/gemma-4-26B-A4B-it'),
  profile(openai.deepseek, 'deepseek-v4-flash', 'image'),
  profile(openai.fireworks, 'accounts/fireworks/models/gpt-oss-20b', 'image'),
  profile(openai.githubModels, 'openai/gpt-4.1-nano', 'reasoning'),
  profile(openai.huggingface, 'deepseek-ai/DeepSeek-V4-Flash', 'image'),
  profile(openai.mimo, 'mimo-v2.6-flash'),
  profile(openai.minimax, 'MiniMax-M3'),
  profile(openai.mistral, 'mistral-small-2603'),
  profile(openai.moonshot, 'kimi-k2.5'),
  profile(openai.nebius, 'openai/gpt-oss-20b', 'image'),
  profile(openai.nvidia, 'nvidia/nemotron-3-super-120b-a12b', 'image'),
  profile(openai.openrouter, 'google/gemini-2.5-flash-lite'),
  profile(openai.ovhcloud, 'gpt-oss-20b', 'image'),
  profile(openai.perplexity, 'sonar', 'tool', 'image', 'reasoning'),
  profile(openai.poolside, 'laguna-s-2.1', 'image'),
  profile(openai.sambanova, 'gpt-oss-120b', 'image'),
  profile(openai.scaleway, 'gpt-oss-120b', 'image'),
  profile(openai.together, 'Qwen/Qwen3.5-9B'),
  profile(openai.vercelGateway, 'google/gemini-2.5-flash-lite'),
  profile(openai.xai, 'grok-4-1-fast'),
  profile(openai.xaiResponses, 'grok-4-1-fast'),
  profile(openai.zai, 'glm-4.6v'),
];

/** Profiles and providers without a row, each with the reason. */
export const WITHOUT_CHAT_CHECK: Readonly<Record<string, string>> = {
  cli: 'uses the login of each program; `.ci/outside vendor-clis` runs the programs against servers on 127.0.0.1',
  'cloudflare-gateway': 'forwards to other vendors, with the account and the gateway of the application',
  codex: 'needs the login of a ChatGPT plan',
  jina: 'has no chat models',
  'llama-swap': 'runs on your own machine, without a key',
  llamacpp: 'runs on your own machine, without a key',
  lmstudio: 'runs on your own machine, without a key',
  sglang: 'runs on your own machine, without a key',
  typesafe: 'has no chat models',
  vllm: 'runs on your own machine, without a key',
  voyage: 'has no chat models',
};
