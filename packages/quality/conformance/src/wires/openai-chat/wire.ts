import { chatWriter } from '@majordomo/testing/internal';
import { openaiOperations } from '../operations/openai.ts';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import { checkConversation } from './conversation.ts';
import { type ChatDialect, openaiDialect } from './dialect.ts';
import { checkOptions } from './options.ts';
import { readChat } from './read.ts';
import { chatShape } from './shape.ts';

/** Rules of the chat validator. */
const CHAT_RULES: Readonly<Record<string, string>> = {
  ...SHAPE_RULES,
  'name-format': 'a tool or schema name longer than 64 characters, or not only letters, digits, _ and -',
  'content-missing': 'an assistant message without content and without tool calls',
  'tool-id-format': 'a tool call id that is too long or has invalid characters',
  'tool-id-duplicate': 'two calls of one message with the same id',
  'tool-call-unanswered': 'a call without its tool message directly after it',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for an id that was not called',
  'tool-result-duplicate': 'two tool messages for one call',
  'tool-content': 'a tool message with content other than text',
  'image-source': 'an image that is neither http(s) nor base64',
  'image-type': 'an image of an unsupported type',
  'tool-choice-without-tools': 'tool_choice without tools',
  'tool-choice-unknown': 'tool_choice with an undeclared tool',
  'parallel-without-tools': 'parallel_tool_calls without tools',
  'stream-options-without-stream': 'stream_options on a non-streaming request',
  'two-token-limits': 'max_tokens and max_completion_tokens together',
  'json-word': "JSON mode without the word 'json' in the messages",
  'parameters-schema':
    'tool parameters that are not an object with properties, or alternatives at their root',
  'strict-schema': 'a strict schema with an open object or an optional property',
  'unsupported-parameter': 'an option that the model rejects',
};

/** Returns the rules of a dialect, which are the common rules and the vendor's additional rules. */
const chatRules = ({ afterTool, hasCallSignatures }: ChatDialect): Readonly<Record<string, string>> => ({
  ...CHAT_RULES,
  ...(afterTool && { 'role-order': 'a message whose role must not follow the previous one' }),
  ...(hasCallSignatures && { signature: 'a call without its signature' }),
});

/** Scenarios that no vendor supports over Chat Completions, with the reasons. */
const NO_SIGNATURES: Readonly<Record<string, string>> = {
  'request-cache': 'Chat Completions caches automatically; it has a parameter for the longest retention only',
  'vendor-parts': 'Chat Completions accepts no vendor parts',
  'reasoning-redacted': 'Chat Completions has no encrypted reasoning',
  'chain-recover-signature': 'Chat Completions has no signatures',
};
/** Scenarios that a vendor without a field for reasoning does not support, with the reasons. */
const NO_REASONING: Readonly<Record<string, string>> = {
  ...NO_SIGNATURES,
  reasoning: 'this vendor returns no reasoning over Chat Completions',
  'reasoning-replay': 'this vendor returns no reasoning over Chat Completions',
  'reasoning-foreign': 'this vendor returns no reasoning over Chat Completions',
};

/** Creates the wire of a vendor's Chat Completions API. */
export function openaiChatWire(dialect: ChatDialect = {}): Wire {
  const shape = chatShape(dialect);
  return {
    ...chatWriter(dialect),
    name: 'openai-chat',
    baseURL: (origin) => `${origin}/v1`,
    accepts: (method, path) => method === 'POST' && /\/chat\/completions(?:\?|$)/.test(path),
    rules: chatRules(dialect),
    cannot: dialect.reasoningField === undefined ? NO_REASONING : NO_SIGNATURES,
    read: readChat,
    validate: (body) =>
      violations(body, [shape, wellFormed], (request, report) => {
        checkConversation(request['messages'], report, dialect);
        checkOptions(request, report, dialect);
      }).filter(({ rule }) => dialect.tolerates?.includes(rule) !== true),
    operations: openaiOperations,
  };
}

/** Wire of OpenAI's Chat Completions API. */
export const openaiChat: Wire = openaiChatWire(openaiDialect);
