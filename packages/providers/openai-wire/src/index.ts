// The Chat Completions wire.
export { quirksFromParams } from './chat/quirk-params.ts';
export type {
  BackgroundApi,
  BatchApi,
  ModelRule,
  Profile,
  ResponsesProfile,
  ResponsesRule,
  WireModelRule,
  WireProfile,
} from './profile.ts';
export type { WireQuirks } from './quirks.ts';
export { chatFacts, type ChatFacts } from './chat/facts.ts';
export type { ChatParameter, ChatQuirks } from './chat/quirks.ts';

// The Responses wire.
export { responsesFacts, type ResponsesFacts } from './responses/facts.ts';
export type { ResponsesToolOptions } from './responses/tools.ts';
export { responsesQuirksFromParams } from './responses/quirk-params.ts';
export type { ResponsesParameter, ResponsesQuirks } from './responses/quirks.ts';

// Models other than chat models.
export {
  otherModels,
  type CreateOtherModels,
  type OtherModels,
  type OtherModelsContext,
} from './other-models.ts';
export type {
  EmbeddingQuirks,
  EndpointProfile,
  ClassificationProfile,
  ClassificationQuirks,
  ModerationQuirks,
  OtherModelsProfile,
  OtherModelRule,
  RerankQuirks,
  SeparateEndpoint,
  SpeechQuirks,
  TranscriptionQuirks,
} from './other-models/quirks.ts';

// Providers over an SDK.
export { chatProvider } from './chat-provider.ts';
export type { Connection } from './connection.ts';
export type { SdkErrorRules } from './errors.ts';
export type { ChatOptions, ResponsesOptions } from './options.ts';
export { responsesProvider } from './responses-provider.ts';
export type { ClientSettings, LoadedSdk, Sdk, SdkClient } from './sdk.ts';
export type { SdkSession } from './sdk-session.ts';

export type { RateLimitBucket, RateLimits } from '@majordomo/wire-kit/internal';

export type { AzureOptions } from './profiles/azure.ts';

// Profiles of vendors and servers; generated: vendors, by `pnpm generate`.
export { PROFILES } from './profiles/all.ts';
export { alibaba } from './profiles/alibaba.ts';
export { azureOpenAI } from './profiles/azure.ts';
export { azureResponses } from './profiles/azure.ts';
export { baseten } from './profiles/baseten.ts';
export { cerebras } from './profiles/cerebras.ts';
export { cloudflareGateway } from './profiles/cloudflare-gateway.ts';
export { codex } from './profiles/codex.ts';
export { cohere } from './profiles/cohere.ts';
export { deepinfra } from './profiles/deepinfra.ts';
export { deepseek } from './profiles/deepseek.ts';
export { fireworks } from './profiles/fireworks.ts';
export { githubModels } from './profiles/github-models.ts';
export { groq } from './profiles/groq.ts';
export { huggingface } from './profiles/huggingface.ts';
export { jina } from './profiles/jina.ts';
export { llamacpp } from './profiles/llamacpp.ts';
export { lmstudio } from './profiles/lmstudio.ts';
export { mimo } from './profiles/mimo.ts';
export { minimax } from './profiles/minimax.ts';
export { mistral } from './profiles/mistral.ts';
export { moonshot } from './profiles/moonshot.ts';
export { nebius } from './profiles/nebius.ts';
export { nvidia } from './profiles/nvidia.ts';
export { openai } from './profiles/openai.ts';
export { openaiResponses } from './profiles/openai-responses.ts';
export { openrouter } from './profiles/openrouter.ts';
export { ovhcloud } from './profiles/ovhcloud.ts';
export { perplexity } from './profiles/perplexity.ts';
export { poolside } from './profiles/poolside.ts';
export { sambanova } from './profiles/sambanova.ts';
export { scaleway } from './profiles/scaleway.ts';
export { sglang } from './profiles/sglang.ts';
export { together } from './profiles/together.ts';
export { typesafe } from './profiles/typesafe.ts';
export { vercelGateway } from './profiles/vercel-gateway.ts';
export { vllm } from './profiles/vllm.ts';
export { voyage } from './profiles/voyage.ts';
export { xai } from './profiles/xai.ts';
export { xaiResponses } from './profiles/xai-responses.ts';
export { zai } from './profiles/zai.ts';
// end of generated
