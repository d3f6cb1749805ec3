export type { OpenAIOptions } from './options.ts';
export { createOpenAI, openaiCompatible } from './provider.ts';

// for DSNs of providers that serve chat through this one
export { quirksFromParams } from '@majordomo/openai-wire';

// vendors
export {
  alibaba,
  azureOpenAI,
  azureResponses,
  cerebras,
  cloudflareGateway,
  codex,
  cohere,
  deepseek,
  fireworks,
  githubModels,
  groq,
  huggingface,
  llamacpp,
  lmstudio,
  mistral,
  moonshot,
  nvidia,
  openrouter,
  perplexity,
  together,
  vercelGateway,
  vllm,
  xai,
  xaiResponses,
  zai,
  type AzurePlace,
  type ChatOptions,
  type ChatParameter,
  type ChatQuirks,
  type ModelRule,
  type Profile,
  type RateLimitBucket,
  type RateLimits,
  type ResponsesOptions,
  type ResponsesParameter,
  type ResponsesProfile,
  type ResponsesQuirks,
  type ResponsesRule,
} from '@majordomo/openai-wire';
