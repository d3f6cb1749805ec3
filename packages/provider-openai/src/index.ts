export { createOpenAI, openaiCompatible, type OpenAIOptions } from './provider.ts';

// vendors
export {
  cerebras,
  codex,
  deepseek,
  groq,
  mistral,
  openrouter,
  together,
  vercelGateway,
  xai,
  xaiResponses,
  type ChatOptions,
  type ChatParameter,
  type ChatQuirks,
  type ModelRule,
  type Profile,
  type ResponsesOptions,
  type ResponsesParameter,
  type ResponsesProfile,
  type ResponsesQuirks,
  type ResponsesRule,
} from '@majordomo/openai-wire';
