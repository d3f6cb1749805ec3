export { createOpenAI, openaiCompatible, type CompatibleOptions, type OpenAIOptions } from './provider.ts';

// vendors
export {
  cerebras,
  deepseek,
  groq,
  mistral,
  openrouter,
  together,
  vercelGateway,
  xai,
  type ChatParameter,
  type ChatQuirks,
  type ModelRule,
  type Profile,
} from '@majordomo/openai-wire';
