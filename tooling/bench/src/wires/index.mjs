import { anthropicMessages } from './anthropic-messages.mjs';
import { bedrockConverse } from './bedrock-converse.mjs';
import { cerebras } from './cerebras.mjs';
import { geminiGenerate } from './gemini-generate.mjs';
import { groq } from './groq.mjs';
import { ollamaChat } from './ollama-chat.mjs';
import { openaiChat } from './openai-chat.mjs';
import { openaiResponses } from './openai-responses.mjs';

/** Measured wires. */
export const WIRES = [
  openaiChat,
  anthropicMessages,
  openaiResponses,
  geminiGenerate,
  bedrockConverse,
  ollamaChat,
  groq,
  cerebras,
];

/** The two wires that most calls use. */
export const MAIN_WIRES = ['openai-chat', 'anthropic-messages'];

export const dialectOf = (wire) => WIRES.find(({ name }) => name === wire);
