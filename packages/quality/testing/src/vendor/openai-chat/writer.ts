import { type Answer, type AnswerToolCall, fullAnswer, type FullAnswer } from '../answer.ts';
import { type FailureForm, failureForm, failureHeaders, type FailureName, formOf } from '../failure.ts';
import { type AnsweredRequest, type Reply, sseFrame, type WireWriter } from '../wire-writer.ts';
import {
  annotation,
  callId,
  type ChatAnswerDialect,
  chatFrames,
  chatUsage,
  choiceLogprobs,
  CREATED,
  FINISH_WORDS,
  signatureOf,
} from './stream.ts';

/** Failures of OpenAI (recorded 2025-09 to 2026-11), DeepSeek (402) and relays for Anthropic models (529). */
export const CHAT_FAILURES: Readonly<Record<FailureName, FailureForm>> = {
  invalid: failureForm(
    400,
    'invalid_request_error',
    "Invalid value: 'x'. Supported values are: 'a' and 'b'.",
    'invalid_value',
  ),
  parameter: failureForm(
    400,
    'invalid_request_error',
    "Unsupported parameter: 'temperature' is not supported with this model.",
    'unsupported_parameter',
    'temperature',
  ),
  overflow: failureForm(
    400,
    'invalid_request_error',
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 250000 tokens.",
    'context_length_exceeded',
  ),
  blocked: failureForm(
    400,
    'invalid_request_error',
    'The response was filtered due to the prompt triggering the content management policy.',
    'content_filter',
  ),
  auth: failureForm(401, 'invalid_request_error', 'Incorrect API key provided.', 'invalid_api_key'),
  billing: failureForm(402, 'unknown_error', 'Insufficient Balance', 'invalid_request_error'),
  permission: failureForm(
    403,
    'request_forbidden',
    'Country, region, or territory not supported',
    'unsupported_country_region_territory',
  ),
  'not-found': failureForm(
    404,
    'invalid_request_error',
    'The model `m` does not exist or you do not have access to it.',
    'model_not_found',
  ),
  timeout: failureForm(408, 'timeout', 'Request timed out.'),
  'too-large': failureForm(413, 'invalid_request_error', 'Maximum content size limit (26214400) exceeded'),
  'rate-limit': failureForm(
    429,
    'requests',
    'Rate limit reached on requests per min (RPM): Limit 3, Used 3, Requested 1.',
    'rate_limit_exceeded',
  ),
  quota: failureForm(
    429,
    'insufficient_quota',
    'You exceeded your current quota, please check your plan.',
    'insufficient_quota',
  ),
  server: failureForm(
    500,
    'server_error',
    'The server had an error while processing your request. Sorry about that!',
  ),
  'bad-gateway': failureForm(502, 'server_error', 'Bad gateway.'),
  unavailable: failureForm(503, 'server_error', 'The engine is currently overloaded.'),
  overloaded: failureForm(529, 'overloaded_error', 'Overloaded'),
};

/** Returns the writer of a vendor's Chat Completions API. */
export const chatWriter = (dialect: ChatAnswerDialect): WireWriter => ({
  failures: CHAT_FAILURES,
  stream: (answer, request, framing) => chatFrames(answer, request, dialect, framing),
  streamHeaders: { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_test' },
  complete: (answer, request) => completeChat(answer, request, dialect),
  failure: (failure) => {
    const form = formOf(CHAT_FAILURES, failure);
    const headers = { 'x-request-id': 'req_test', ...failureHeaders(failure) };
    return { status: form.status, headers, body: JSON.stringify(errorBody(form)) };
  },
  failureFrame: (failure, framing) =>
    sseFrame('noise', JSON.stringify(errorBody(formOf(CHAT_FAILURES, failure))), undefined, framing),
  brokenFrame: (framing) => sseFrame('noise', '{"choices":[{"delta":{"conte', undefined, framing),
  sign: () => '',
});

const errorBody = ({ message, type, code, param }: FailureForm): object => ({
  error: { message, type, param: param ?? null, code: code ?? null },
});

/** Returns the answer as a non-streaming response, which is a `chat.completion`. */
function completeChat(answer: Answer | string, request: AnsweredRequest, dialect: ChatAnswerDialect): Reply {
  const full = fullAnswer(answer, request.model);
  const body = {
    id: `chatcmpl-${full.id}`,
    object: 'chat.completion',
    created: CREATED,
    model: full.model,
    choices: [
      {
        index: 0,
        message: message(full, dialect),
        logprobs: choiceLogprobs(full),
        finish_reason: full.rawFinish ?? FINISH_WORDS[full.finish],
      },
    ],
    ...(full.usage === undefined ? {} : { usage: chatUsage(full.usage) }),
    service_tier: 'default',
    system_fingerprint: 'fp_test',
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-request-id': `req_${full.id}` },
    body: JSON.stringify(body),
  };
}

function message(answer: FullAnswer, dialect: ChatAnswerDialect): object {
  const { reasoningField } = dialect;
  const textOf = (type: 'text' | 'reasoning' | 'refusal'): string | null => {
    const texts = answer.parts.flatMap((part) => (part.type === type ? [part.text] : []));
    return texts.length === 0 ? null : texts.join('');
  };
  const calls = answer.parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
  const reasoning = textOf('reasoning');
  return {
    role: 'assistant',
    content: textOf('text'),
    refusal: textOf('refusal'),
    annotations: answer.parts.flatMap((part) =>
      part.type === 'text' ? (part.citations ?? []).map(annotation) : [],
    ),
    ...(reasoningField !== undefined && reasoning !== null ? { [reasoningField]: reasoning } : {}),
    ...(calls.length === 0
      ? {}
      : { tool_calls: calls.map((call, index) => toolCall(call, index, answer, dialect)) }),
  };
}

function toolCall(
  call: AnswerToolCall,
  index: number,
  answer: FullAnswer,
  dialect: ChatAnswerDialect,
): object {
  const id = callId(call, index, answer, dialect);
  return {
    ...(id === '' ? {} : { id }),
    type: 'function',
    function: { name: call.name, arguments: call.json },
    ...signatureOf(call, index, dialect),
  };
}
