import { type Answer, fullAnswer } from '../answer.ts';
import {
  type Failure,
  type FailureForm,
  failureForm,
  failureHeaders,
  type FailureName,
  formOf,
} from '../failure.ts';
import { type AnsweredRequest, type Reply, sseFrame, type WireWriter } from '../wire-writer.ts';
import { CLAUDE_SCOPE, signText } from '../signature.ts';
import { blocksOf, messagesUsage, STOP_REASONS, stopDetails } from './blocks.ts';
import { messagesFrames } from './stream.ts';

/** Failures of the Messages API (recorded 2026-01 to 2026-08). 402, 403, 413, 504 and 529 are from the API's list of errors. */
const MESSAGES_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: failureForm(400, 'invalid_request_error', 'temperature: range: 0..1'),
  parameter: failureForm(400, 'invalid_request_error', '`temperature` is deprecated for this model.'),
  overflow: failureForm(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
  blocked: failureForm(400, 'invalid_request_error', 'Output blocked by content filtering policy'),
  auth: failureForm(401, 'authentication_error', 'invalid x-api-key'),
  billing: failureForm(402, 'billing_error', 'There is an issue with your billing.'),
  permission: failureForm(
    403,
    'permission_error',
    'Your API key does not have permission to use the specified resource.',
  ),
  'not-found': failureForm(404, 'not_found_error', 'model: m'),
  'too-large': failureForm(413, 'request_too_large', 'Request exceeds the maximum size'),
  'rate-limit': failureForm(
    429,
    'rate_limit_error',
    'This request would exceed the rate limit of 50 requests per minute.',
  ),
  server: failureForm(500, 'api_error', 'Internal server error'),
  'bad-gateway': failureForm(502, 'api_error', 'Bad gateway'),
  unavailable: failureForm(503, 'api_error', 'Service unavailable'),
  timeout: failureForm(504, 'timeout_error', 'Request timed out'),
  overloaded: failureForm(529, 'overloaded_error', 'Overloaded'),
};

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

/** Returns the answer as a complete `message`. */
function messagesComplete(answer: Answer | string, request: AnsweredRequest): Reply {
  const full = fullAnswer(answer, request.model);
  const body = {
    model: full.model,
    id: `msg_${full.id}`,
    type: 'message',
    role: 'assistant',
    content: blocksOf(full).map(({ complete }) => complete),
    stop_reason: full.rawFinish ?? STOP_REASONS[full.finish],
    stop_sequence: null,
    stop_details: stopDetails(full),
    ...(full.usage === undefined ? {} : { usage: messagesUsage(full.usage) }),
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'request-id': `req_${full.id}` },
    body: JSON.stringify(body),
  };
}
