import { type Failure, failureHeaders, formOf } from '../failure.ts';
import { violations, wellFormed } from '../shape.ts';
import { signText } from '../signature.ts';
import { sseFrame } from '../sse.ts';
import type { Wire } from '../wire.ts';
import { SCOPE } from './blocks.ts';
import { checkContent } from './content.ts';
import { checkConversation } from './conversation.ts';
import { MESSAGES_FAILURES } from './failures.ts';
import { checkOptions } from './options.ts';
import { readMessages } from './read.ts';
import { MESSAGES_RULES } from './rules.ts';
import { messagesShape } from './shape.ts';
import { messagesFrames } from './stream.ts';
import { messagesComplete } from './complete.ts';

/** Wire of Anthropic's Messages API. */
export const anthropicMessages: Wire = {
  name: 'anthropic-messages',
  baseURL: (origin) => origin,
  accepts: (method, path) => method === 'POST' && /\/v1\/messages(?:\?|$)/.test(path),
  rules: MESSAGES_RULES,
  failures: MESSAGES_FAILURES,
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
  stream: messagesFrames,
  streamHeaders: { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_test' },
  complete: messagesComplete,
  failure: (failure) => ({
    status: formOf(MESSAGES_FAILURES, failure).status,
    headers: { 'request-id': 'req_test', ...failureHeaders(failure) },
    body: JSON.stringify({ ...errorBody(failure), request_id: 'req_test' }),
  }),
  failureFrame: (failure, framing) => sseFrame('noise', JSON.stringify(errorBody(failure)), 'error', framing),
  brokenFrame: (framing) =>
    sseFrame('noise', '{"type":"content_block_delta","index":0,"del', 'content_block_delta', framing),
  sign: (reasoning) => signText(SCOPE, reasoning),
};

function errorBody(failure: Failure): object {
  const { type, message } = formOf(MESSAGES_FAILURES, failure);
  return { type: 'error', error: { type, message } };
}
