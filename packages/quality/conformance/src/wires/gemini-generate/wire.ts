import { failureHeaders, formOf, sseFrame } from '@majordomo/testing/internal';
import { violations, wellFormed } from '../shape.ts';
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
    return violations(body, [geminiShape, wellFormed], (report) => {
      checkConversation(body, report, options);
      checkOptions(body, report);
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
