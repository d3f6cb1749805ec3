// the chat wire
export { bodyText } from './sdk/body.ts';
export { failureOf, type ChatFailure } from './failure/failure.ts';
export { listedModels } from './sdk/listed.ts';
export { traitsOf, type ChatTraits, type ModelRule, type Profile } from './chat/profile.ts';
export { quirksFromParams } from './chat/quirk-params.ts';
export { COMPATIBLE_QUIRKS, OPENAI_QUIRKS, type ChatParameter, type ChatQuirks } from './chat/quirks.ts';
export { recoveryFor } from './chat/recovery.ts';
export { refuseUnsupported, refuseVendorTools } from './failure/refuse.ts';
export { toWire, type ChatParams, type ToWireOptions, type WireRequest } from './chat/request.ts';
export { finishReason } from './chat/response.ts';
export { ChatReader, type ChatReaderOptions } from './chat/stream.ts';
export type { Absences } from './schema/strict-tools.ts';
export { usage } from './chat/usage.ts';
export type { RawUsage } from './chat/wire.ts';

// the Responses wire
export {
  responsesTraitsOf,
  type ResponsesProfile,
  type ResponsesRule,
  type ResponsesTraits,
} from './responses/profile.ts';
export { responsesQuirksFromParams } from './responses/quirk-params.ts';
export {
  COMPATIBLE_RESPONSES_QUIRKS,
  OPENAI_RESPONSES_QUIRKS,
  type ResponsesParameter,
  type ResponsesQuirks,
} from './responses/quirks.ts';
export { ResponsesReader, type ResponsesReaderOptions } from './responses/stream.ts';

// what providers of these wires have in common
export { chatProvider } from './sdk/chat-provider.ts';
export type {
  CallContext,
  ChatOptions,
  ClientSettings,
  ResponsesOptions,
  Sdk,
  SdkClient,
  SdkOptions,
} from './sdk/client.ts';
export type { Drawing, Endpoint, Failed } from './sdk/connection.ts';
export { toLlmError } from './sdk/errors.ts';
export { responsesProvider } from './sdk/responses-provider.ts';

export type { RateLimitBucket, RateLimits } from '@majordomo/core/provider';

// vendors
export { alibaba } from './profiles/alibaba.ts';
export { azureOpenAI, azureResponses, type AzurePlace } from './profiles/azure.ts';
export { cerebras } from './profiles/cerebras.ts';
export { cloudflareGateway } from './profiles/cloudflare-gateway.ts';
export { codex } from './profiles/codex.ts';
export { cohere } from './profiles/cohere.ts';
export { deepseek } from './profiles/deepseek.ts';
export { fireworks } from './profiles/fireworks.ts';
export { githubModels } from './profiles/github-models.ts';
export { groq } from './profiles/groq.ts';
export { huggingface } from './profiles/huggingface.ts';
export { llamacpp } from './profiles/llamacpp.ts';
export { lmstudio } from './profiles/lmstudio.ts';
export { mistral } from './profiles/mistral.ts';
export { moonshot } from './profiles/moonshot.ts';
export { nvidia } from './profiles/nvidia.ts';
export { openaiResponses } from './profiles/openai-responses.ts';
export { openai } from './profiles/openai.ts';
export { openrouter } from './profiles/openrouter.ts';
export { perplexity } from './profiles/perplexity.ts';
export { together } from './profiles/together.ts';
export { vercelGateway } from './profiles/vercel-gateway.ts';
export { vllm } from './profiles/vllm.ts';
export { xaiResponses } from './profiles/xai-responses.ts';
export { xai } from './profiles/xai.ts';
export { zai } from './profiles/zai.ts';
