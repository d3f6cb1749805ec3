import { anthropicMessages } from './anthropic-messages.mjs';
import { bedrockConverse } from './bedrock-converse.mjs';
import { geminiGenerate } from './gemini-generate.mjs';
import { ollamaChat } from './ollama-chat.mjs';
import { openaiChat } from './openai-chat.mjs';
import { openaiResponses } from './openai-responses.mjs';

/** Every wire that is measured. */
export const WIRES = [
  openaiChat,
  anthropicMessages,
  openaiResponses,
  geminiGenerate,
  bedrockConverse,
  ollamaChat,
];

/** The two that the gate looks at: most calls of this world go through them. */
export const MAIN_WIRES = ['openai-chat', 'anthropic-messages'];
