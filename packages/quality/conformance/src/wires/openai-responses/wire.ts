import {
  CHAT_FAILURES,
  type FailureForm,
  failureForm,
  type FailureName,
  failureHeaders,
  formOf,
  fullAnswer,
  sealText,
  sseFrame,
} from '@majordomo/testing/internal';
import { openaiOperations } from '../operations/openai.ts';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import { checkItems, SCOPE } from './items.ts';
import { checkOptions } from './options.ts';
import { responseBody } from './output.ts';
import { readResponses } from './read.ts';
import { responsesShape } from './shape.ts';
import { type ResponsesDialect, responsesFrames } from './stream.ts';

/** Failures of the Responses API, which are mostly those of Chat Completions (recorded 2025-09 to 2026-11). */
const RESPONSES_FAILURES: Readonly<Record<FailureName, FailureForm>> = {
  ...CHAT_FAILURES,
  overloaded: failureForm(503, 'server_error', 'The server is overloaded.', 'server_overloaded'),
};

/** Rules of the Responses validator. */
const RESPONSES_RULES: Readonly<Record<string, string>> = {
  ...SHAPE_RULES,
  'name-format': 'a tool or schema name longer than 64 characters, or not only letters, digits, _ and -',
  'item-id-format': 'an item id that lacks the prefix of its type, or is too long',
  'call-id-format': 'a call id that is empty or too long',
  'role-content': 'input_text in an assistant message, or output_text in another message',
  'tool-call-unanswered': 'a call without an output anywhere after it',
  'tool-call-duplicate': 'two calls with the same id',
  'tool-result-unknown': 'an output for an id that was not called',
  'tool-result-duplicate': 'two outputs for one call',
  'reasoning-unpaired': 'reasoning without an item of the model after it',
  'reasoning-duplicate': 'the same reasoning twice',
  'item-not-kept': 'reasoning that is referenced only by its id, although the server stored nothing',
  signature: 'encrypted reasoning that this vendor did not encrypt',
  'image-source': 'an image that is neither http(s) nor base64',
  'image-type': 'an image of an unsupported type',
  'additional-tools': 'additional_tools with a tool of `tools`, or defer_loading without tool_search',
  'tool-choice-unknown': 'tool_choice with an undeclared tool',
  'json-word': "JSON mode without the word 'json' in the input",
  'parameters-schema':
    'tool parameters that are not an object with properties, or alternatives at their root',
  'strict-schema': 'a strict schema with an open object or an optional property',
  'unsupported-parameter': 'an option that the model rejects',
};

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
    violations(body, [responsesShape, wellFormed], (request, report) => {
      checkItems(request, report, options);
      checkOptions(request, report);
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
    // The number follows those of `response.created` and `response.in_progress`.
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
