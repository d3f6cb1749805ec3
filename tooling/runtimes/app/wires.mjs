import { anthropicMessages, geminiGenerate, openaiChat, openaiResponses } from '@majordomo/conformance';

/** The wires of the suite's sides. */
export const WIRES = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': geminiGenerate,
};
