import { failureHeaders, formOf, sseFrame } from '@majordomo/testing/internal';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import { checkConversation, contentsOf } from './conversation.ts';
import { errorBody, GEMINI_FAILURES } from './failures.ts';
import { geminiOperations } from './operations.ts';
import { checkOptions } from './options.ts';
import { signThought } from './parts.ts';
import { readGemini } from './read.ts';
import { geminiShape } from './shape.ts';
import { camelCased } from './spelling.ts';
import { geminiFrames, completeGemini } from './stream.ts';

/** Rules of the generateContent validator. */
const GEMINI_RULES: Readonly<Record<string, string>> = {
  ...SHAPE_RULES,
  'name-format': 'a function name longer than 64 characters, or not only letters, digits, _, ., : and -',
  'part-data': 'a part without data, or with two kinds of data',
  'part-role': 'a function call outside of a model turn, or a function response inside one',
  'empty-text': 'an empty text in a user turn',
  'inline-data': 'inline data that is not base64, or without a type',
  'call-unanswered': 'calls without one response each in the next content',
  'made-up-id': 'an invented id for a call without an id',
  'response-unknown': 'a response without a call in the previous content',
  'first-role': 'a conversation that begins with the model',
  'last-role': 'a conversation that ends with the model',
  signature: 'a thought signature that this wire did not issue',
  'signature-missing':
    'a first call of the current turn without its signature, if a thinking level shows a model of version 3 or later',
  'tool-duplicate': 'two functions with the same name',
  'tool-choice': 'allowed names without mode ANY, or of undeclared functions',
  'schema-field': 'a schema in both of its fields, or JSON Schema in the field for OpenAPI',
  'enum-empty': 'an empty value in an enum of the OpenAPI field',
  'output-type': 'an output schema without the type application/json',
  thinking: 'a thinking level and a thinking budget in one request',
};

const NOT_ON_THOUGHTS = 'Gemini signs the part after a thought, not the thought';

/** Wire of the method `generateContent` in the Gemini API and in Vertex AI. */
export const geminiGenerate: Wire = {
  name: 'gemini-generate',
  baseURL: (origin) => origin,
  accepts: (method, path) =>
    method === 'POST' && /\/models\/[^/]+:(?:streamGenerateContent|generateContent)(?:\?|$)/.test(path),
  rules: GEMINI_RULES,
  failures: GEMINI_FAILURES,
  cannot: {
    'refusal-mark': 'Gemini has no form for a refusal',
    'request-cache': 'Gemini caches automatically and accepts no cache markers',
    'streamed-arguments': 'Gemini sends a complete call in one event',
    'bad-arguments': 'Gemini sends arguments as an object that the server has parsed',
    'interleaved-tool-calls': 'Gemini sends complete calls, one after another',
    'reasoning-replay': NOT_ON_THOUGHTS,
    'reasoning-redacted': 'Gemini has no encrypted reasoning',
    'chain-recover-signature': NOT_ON_THOUGHTS,
    usage: 'Gemini does not report tokens written to a cache',
    refusal: 'Gemini has no form for a refusal',
    'marker-without-finish': 'the end of the body is the only end marker of Gemini',
    'failure-parameter': 'Gemini is not known to reject a sampling parameter',
    'chain-recover-parameter': 'Gemini is not known to reject a sampling parameter',
    'failure-blocked': 'Gemini answers a blocked prompt with HTTP 200',
    'request-id': 'Gemini returns no request id',
  },
  read: readGemini,
  validate: (sent, options = {}) => {
    const body = camelCased(sent);
    return violations(body, [geminiShape, wellFormed], (request, report) => {
      const contents = contentsOf(request);
      checkConversation(contents, report, options);
      checkOptions(request, contents, report);
    });
  },
  stream: geminiFrames,
  streamHeaders: { 'content-type': 'text/event-stream' },
  complete: completeGemini,
  failure: (failure) => ({
    status: formOf(GEMINI_FAILURES, failure).status,
    headers: failureHeaders(failure),
    body: JSON.stringify(errorBody(failure)),
  }),
  failureFrame: (failure, framing) =>
    sseFrame('noise', JSON.stringify(errorBody(failure)), undefined, framing),
  brokenFrame: (framing) => sseFrame('noise', '{"candidates": [{"content": {"par', undefined, framing),
  sign: signThought,
  operations: geminiOperations,
};
