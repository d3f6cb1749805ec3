import { failureHeaders, formOf } from '../failure.ts';
import { violations, wellFormed } from '../shape.ts';
import { sseFrame } from '../sse.ts';
import type { Wire } from '../wire.ts';
import { checkConversation } from './conversation.ts';
import { errorBody, GEMINI_FAILURES } from './failures.ts';
import { geminiOperations } from './operations.ts';
import { checkOptions } from './options.ts';
import { signThought } from './parts.ts';
import { readGemini } from './read.ts';
import { GEMINI_RULES } from './rules.ts';
import { geminiShape } from './shape.ts';
import { camelCased } from './spelling.ts';
import { geminiFrames, completeGemini } from './stream.ts';

const NOT_ON_THOUGHTS = 'Gemini signs the part after a thought, not the thought';

/** generateContent of the Gemini API and of Vertex AI. */
export const geminiGenerate: Wire = {
  name: 'gemini-generate',
  baseURL: (origin) => origin,
  accepts: (method, path) =>
    method === 'POST' && /\/models\/[^/]+:(?:streamGenerateContent|generateContent)(?:\?|$)/.test(path),
  rules: GEMINI_RULES,
  failures: GEMINI_FAILURES,
  cannot: {
    'refusal-mark': 'Gemini has no form for a refusal',
    'request-cache': 'Gemini caches by itself, and takes no marks',
    'streamed-arguments': 'Gemini sends a call whole, in one event',
    'bad-arguments': 'Gemini sends arguments as an object: the server has parsed what the model wrote',
    'interleaved-tool-calls': 'Gemini sends calls whole, one after the other',
    'reasoning-replay': NOT_ON_THOUGHTS,
    'reasoning-redacted': 'Gemini has no encrypted reasoning',
    'chain-recover-signature': NOT_ON_THOUGHTS,
    usage: 'Gemini does not count what a cache took in',
    refusal: 'Gemini has no form for a refusal',
    'marker-without-finish': 'Gemini has no end marker but the end of the body',
    'failure-parameter': 'no refusal of a sampling parameter is known of Gemini',
    'chain-recover-parameter': 'no refusal of a sampling parameter is known of Gemini',
    'failure-blocked': 'Gemini answers what it blocks with 200',
    'request-id': 'Gemini gives requests no id',
  },
  read: readGemini,
  validate: (body, options = {}) =>
    violations(camelCased(body), [
      geminiShape,
      wellFormed,
      (value, _path, report) => {
        checkConversation(value, report, options);
        checkOptions(value, report);
      },
    ]),
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
