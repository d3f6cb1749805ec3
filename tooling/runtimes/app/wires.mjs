import { anthropicMessages, geminiGenerate, openaiChat, openaiResponses } from '@majordomo/testing';

/** The wires of the suite's sides. */
export const WIRES = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'gemini-generate': geminiGenerate,
};
