export type { OpenAIOptions } from './options.ts';
export { createOpenAI, openaiCompatible } from './provider.ts';

// for DSNs of providers that serve chat through this one
export { quirksFromParams } from '@majordomo/openai-wire';

// vendors
export {
  PROFILES,
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
  mimo,
  minimax,
  mistral,
  moonshot,
  nvidia,
  openrouter,
  perplexity,
  poolside,
  together,
  vercelGateway,
  vllm,
  xai,
  xaiResponses,
  zai,
  type AzureOptions,
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
export {
  openaiTools,
  type CodeInterpreter,
  type FileSearch,
  type ImageGeneration,
  type McpServer,
  type WebSearch,
} from './server-tools.ts';
