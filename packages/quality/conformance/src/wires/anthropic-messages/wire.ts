import { messagesWriter } from '@majordomo/testing/internal';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import { turnsIn } from '../turns.ts';
import type { Wire } from '../wire.ts';
import { checkContent, checkConversation } from './content.ts';
import { checkOptions } from './options.ts';
import { readMessages } from './read.ts';
import { messagesShape } from './shape.ts';

/** Rules of the Messages validator. */
const MESSAGES_RULES: Readonly<Record<string, string>> = {
  ...SHAPE_RULES,
  'name-format': 'a tool name longer than 128 characters, or not only letters, digits, _ and -',
  'first-role': 'a conversation that begins with the assistant',
  'content-missing': 'a message without content, except for a last assistant message',
  'empty-text': 'an empty text block',
  'tool-id-format': 'a tool id with invalid characters',
  'tool-id-duplicate': 'a tool id that was used before',
  'tool-call-unanswered': 'a tool_use without its tool_result in the next message',
  'tool-result-misplaced': 'a tool_result after other content of its message',
  'tool-result-unknown': 'a tool_result for an id that the previous message did not call',
  'tool-result-duplicate': 'two results for one call',
  'image-source': 'an image that is not base64',
  'image-type': 'an image of an unsupported type',
  signature: 'thinking that was altered or has a foreign signature',
  'too-many-cache-markers': 'more than four cache_control markers',
  'tool-duplicate': 'two tools with the same name',
  'tools-deferred': 'tools that all have defer_loading, or a deferred tool with cache_control',
  'tool-reference-unknown': 'a tool_reference to a tool that the request does not define',
  'error-content': 'a tool_result with is_error whose content is not text',
  'tool-choice-without-tools': 'tool_choice without tools',
  'tool-choice-unknown': 'tool_choice with an undeclared tool',
  'tool-choice-forced': 'a forced tool call that the model does not accept, or not with thinking',
  'parameters-schema': 'an input_schema that is not an object schema, or a union at its root',
  'strict-schema':
    'a strict tool or an output schema that is recursive, or has an open object or an unsupported keyword',
  'strict-limits': 'more than 20 strict tools, or more than 16 union types in strict schemas',
  'thinking-options': 'options that are incompatible with thinking',
  'thinking-first': 'a tool loop whose assistant turn does not begin with thinking',
  prefill: 'a last assistant message that the model will not continue',
  'trailing-space': 'a last assistant message that ends in whitespace',
};

/** Wire of Anthropic's Messages API. */
export const anthropicMessages: Wire = {
  ...messagesWriter,
  name: 'anthropic-messages',
  baseURL: (origin) => origin,
  accepts: (method, path) => method === 'POST' && /\/v1\/messages(?:\?|$)/.test(path),
  rules: MESSAGES_RULES,
  cannot: {
    'refusal-mark': 'Messages marks the turn as a refusal, not its text',
    audio: 'Messages accepts no audio',
    'content-filter': 'Messages has no stop reason for a filter; it reports a refusal',
    'marker-without-finish': 'Messages ends every turn with a stop reason',
    'missing-call-ids': 'Messages gives every tool_use an id',
    'failure-quota': 'Messages has no quota error; a used-up limit is a rate limit',
  },
  read: readMessages,
  validate: (body, options = {}) =>
    violations(body, [messagesShape, wellFormed], (request, report) => {
      // Consecutive messages of each role form one turn.
      const turns = turnsIn(request['messages'], () => true);
      checkConversation(turns, report);
      checkContent(request, turns, report, options);
      checkOptions(request, turns, report);
    }),
};
