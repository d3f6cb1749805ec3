import { messagesWriter } from '@majordomo/testing/internal';
import { violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import { checkContent } from './content.ts';
import { checkConversation } from './conversation.ts';
import { checkOptions } from './options.ts';
import { readMessages } from './read.ts';
import { MESSAGES_RULES } from './rules.ts';
import { messagesShape } from './shape.ts';

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
    violations(body, [messagesShape, wellFormed], (report) => {
      checkConversation(body, report);
      checkContent(body, report, options);
      checkOptions(body, report);
    }),
};
