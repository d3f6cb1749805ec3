import { anthropicMessages } from './anthropic-messages.mjs';
import { bedrockConverse } from './bedrock-converse.mjs';
import { cerebras } from './cerebras.mjs';
import { geminiGenerate } from './gemini-generate.mjs';
import { groq } from './groq.mjs';
import { ollamaChat } from './ollama-chat.mjs';
import { openaiChat } from './openai-chat.mjs';
import { openaiResponses } from './openai-responses.mjs';
import { workersaiRun } from './workersai-run.mjs';

/** Every wire that is measured. */
export const WIRES = [
  openaiChat,
  anthropicMessages,
  openaiResponses,
  geminiGenerate,
  bedrockConverse,
  ollamaChat,
  groq,
  cerebras,
  workersaiRun,
];

/** The two that every row of the gate looks at: most calls of this world go through them. */
export const MAIN_WIRES = ['openai-chat', 'anthropic-messages'];
/** What a gateway speaks to its clients. */
export const GATEWAY_WIRES = [...MAIN_WIRES, 'openai-responses'];
/** Those that it looks at in calls and streams alone. */
export const OTHER_WIRES = WIRES.map(({ name }) => name).filter((name) => !MAIN_WIRES.includes(name));
/** What a wire is measured beside: its SDK, or raw fetch where the vendor has none. */
export const rivalOf = (wire) =>
  WIRES.find(({ name }) => name === wire).sdk === undefined
    ? { subject: 'raw', unit: '× raw' }
    : { subject: 'sdk', unit: '× SDK' };
