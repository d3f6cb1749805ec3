import type { ChatDialect } from './dialect.ts';

/** What the chat validator refuses, by name. */
const CHAT_RULES: Readonly<Record<string, string>> = {
  'unknown-key': 'a key that the API does not know',
  'missing-key': 'a required key is not there',
  'wrong-type': 'a value of another JSON type',
  'out-of-range': 'a number or a list beyond its bounds',
  'unknown-value': 'a string that is not one of the allowed ones',
  'lone-surrogate': 'a string with half of a surrogate pair',
  'name-format': 'a tool or schema name beyond 64 letters, digits, _ and -',
  'content-missing': 'an assistant message without content and without tool calls',
  'tool-id-format': 'a tool call id over the limit or of other characters',
  'tool-id-duplicate': 'two calls of one message with the same id',
  'tool-call-unanswered': 'a call without its tool message directly after it',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for an id that was not called',
  'tool-result-duplicate': 'two tool messages for one call',
  'tool-content': 'a tool message with something else than text',
  'image-source': 'an image that is neither http(s) nor base64',
  'image-type': 'an image of a type that is not read',
  'tool-choice-without-tools': 'tool_choice without tools',
  'tool-choice-unknown': 'tool_choice for a tool that is not there',
  'parallel-without-tools': 'parallel_tool_calls without tools',
  'stream-options-without-stream': 'stream_options on a whole answer',
  'two-token-limits': 'max_tokens and max_completion_tokens together',
  'json-word': "JSON mode without the word 'json' in the messages",
  'parameters-schema':
    'tool parameters that are not an object with properties, or alternatives at their root',
  'strict-schema': 'a strict schema with an open object or an optional property',
  'unsupported-parameter': 'an option that the model refuses',
};

/** The rules of a dialect: those of all, and those of the vendor alone. */
export const chatRules = ({
  afterTool,
  hasCallSignatures,
}: ChatDialect): Readonly<Record<string, string>> => ({
  ...CHAT_RULES,
  ...(afterTool && { 'role-order': 'a message whose role may not follow the one before it' }),
  ...(hasCallSignatures && { signature: 'a call without the signature that it came with' }),
});
