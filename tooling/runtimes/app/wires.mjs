import { anthropicMessages, geminiGenerate, openaiChat, openaiResponses } from '@majordomo/conformance';

/** APIs by their names in the suite. */
export const WIRES = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': geminiGenerate,
};
