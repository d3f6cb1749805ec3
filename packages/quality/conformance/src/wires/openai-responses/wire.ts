import {
  type FailureForm,
  failureHeaders,
  formOf,
  fullAnswer,
  sealText,
  sseFrame,
} from '@majordomo/testing/internal';
import { openaiOperations } from '../operations/openai.ts';
import { violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import type { ResponsesDialect } from './dialect.ts';
import { RESPONSES_FAILURES } from './failures.ts';
import { checkItems, SCOPE } from './items.ts';
import { checkOptions } from './options.ts';
import { responseBody } from './output.ts';
import { readResponses } from './read.ts';
import { RESPONSES_RULES } from './rules.ts';
import { responsesShape } from './shape.ts';
import { responsesFrames } from './stream.ts';

/** Creates the wire of a Responses server that does not store responses. */
export const openaiResponsesWire = (dialect: ResponsesDialect): Wire => ({
  name: 'openai-responses',
  baseURL: (origin) => `${origin}/v1`,
  accepts: (method, path) => method === 'POST' && /\/responses(?:\?|$)/.test(path),
  rules: RESPONSES_RULES,
  failures: RESPONSES_FAILURES,
  cannot: {
    audio: 'Responses accepts no audio',
    'request-cache': 'Responses caches automatically; it has a parameter for the longest retention only',
    'missing-call-ids': 'Responses gives every function_call a call_id',
    'finish-without-marker': 'in Responses the last event is both finish reason and end marker',
    'marker-without-finish': 'in Responses the last event is both finish reason and end marker',
    'chain-recover-signature':
      'Responses reads reasoning from the encrypted item only; altered text is ignored',
  },
  read: readResponses,
  validate: (body, options = {}) =>
    violations(body, [responsesShape, wellFormed], (report) => {
      checkItems(body, report, options);
      checkOptions(body, report);
    }),
  stream: (answer, request, framing) => responsesFrames(answer, request, framing, dialect),
  streamHeaders: { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_test' },
  complete: (answer, { model }) => ({
    status: 200,
    headers: { 'content-type': 'application/json', 'x-request-id': 'req_test' },
    body: JSON.stringify(responseBody(fullAnswer(answer, model), true)),
  }),
  failure: (failure) => {
    const form = formOf(RESPONSES_FAILURES, failure);
    const headers = { 'x-request-id': 'req_test', ...failureHeaders(failure) };
    return { status: form.status, headers, body: JSON.stringify({ error: errorOf(form) }) };
  },
  failureFrame: (failure, framing) => {
    const error = errorOf(formOf(RESPONSES_FAILURES, failure));
    return sseFrame('noise', JSON.stringify({ type: 'error', sequence_number: 2, error }), 'error', framing);
  },
  brokenFrame: (framing) =>
    sseFrame('noise', '{"type":"response.output_text.delta","del', 'response.output_text.delta', framing),
  sign: (reasoning) => sealText(SCOPE, reasoning),
  operations: openaiOperations,
});

/** Wire of OpenAI's Responses API. */
export const openaiResponses: Wire = openaiResponsesWire({});

const errorOf = ({ message, type, code, param }: FailureForm): object => ({
  message,
  type,
  param: param ?? null,
  code: code ?? null,
});
