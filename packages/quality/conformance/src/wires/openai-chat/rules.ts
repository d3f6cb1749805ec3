import { SHAPE_RULES } from '../shape.ts';
import type { ChatDialect } from './dialect.ts';

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
export const chatRules = ({
  afterTool,
  hasCallSignatures,
}: ChatDialect): Readonly<Record<string, string>> => ({
  ...CHAT_RULES,
  ...(afterTool && { 'role-order': 'a message whose role must not follow the previous one' }),
  ...(hasCallSignatures && { signature: 'a call without its signature' }),
});
