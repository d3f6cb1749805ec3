import { type Failure, failureHeaders, formOf } from '../failure.ts';
import { sseFrame } from '../frame.ts';
import { CLAUDE_SCOPE, signText } from '../signature.ts';
import type { WireWriter } from '../wire-writer.ts';
import { messagesComplete } from './complete.ts';
import { MESSAGES_FAILURES } from './failures.ts';
import { messagesFrames } from './stream.ts';

/** Writer of Anthropic's Messages API. */
export const messagesWriter: WireWriter = {
  failures: MESSAGES_FAILURES,
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
  sign: (reasoning) => signText(CLAUDE_SCOPE, reasoning),
};

function errorBody(failure: Failure): object {
  const { type, message } = formOf(MESSAGES_FAILURES, failure);
  return { type: 'error', error: { type, message } };
}
