import { failureHeaders, formOf } from '../failure.ts';
import { violations, wellFormed } from '../shape.ts';
import { sseFrame } from '../sse.ts';
import type { Wire } from '../wire.ts';
import { checkConversation } from './conversation.ts';
import { errorBody, GEMINI_FAILURES } from './failures.ts';
import { checkOptions } from './options.ts';
import { signThought } from './parts.ts';
import { readGemini } from './read.ts';
import { GEMINI_RULES } from './rules.ts';
import { geminiShape } from './shape.ts';
import { camelCased } from './spelling.ts';
import { geminiFrames, geminiWhole } from './stream.ts';

const NOT_ON_THOUGHTS = 'thoughts carry no token: the signature stands on the part after them';

/** generateContent of the Gemini API and of Vertex AI. */
export const geminiGenerate: Wire = {
  name: 'gemini-generate',
  baseURL: (origin) => origin,
  accepts: (method, path) =>
    method === 'POST' && /\/models\/[^/]+:(?:streamGenerateContent|generateContent)(?:\?|$)/.test(path),
  rules: GEMINI_RULES,
  failures: GEMINI_FAILURES,
  cannot: {
    'bad-arguments': 'arguments are an object: the server parses what the model wrote',
    'interleaved-tool-calls': 'calls come whole',
    'reasoning-replay': NOT_ON_THOUGHTS,
    'reasoning-redacted': 'the wire has no encrypted reasoning',
    'chain-recover-signature': NOT_ON_THOUGHTS,
    usage: 'the wire does not count what a cache took in',
    refusal: 'the wire has no form for a refusal',
    'marker-without-finish': 'the end of the body is the only end marker',
    'failure-parameter': 'no refusal of a sampling parameter is known of this API',
    'chain-recover-parameter': 'no refusal of a sampling parameter is known of this API',
    'failure-blocked': 'what is blocked is answered with 200',
    'request-id': 'the API gives requests no id',
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
  whole: geminiWhole,
  failure: (failure) => ({
    status: formOf(GEMINI_FAILURES, failure).status,
    headers: failureHeaders(failure),
    body: JSON.stringify(errorBody(failure)),
  }),
  failureFrame: (failure, framing) =>
    sseFrame('noise', JSON.stringify(errorBody(failure)), undefined, framing),
  brokenFrame: (framing) => sseFrame('noise', '{"candidates": [{"content": {"par', undefined, framing),
  sign: signThought,
};
