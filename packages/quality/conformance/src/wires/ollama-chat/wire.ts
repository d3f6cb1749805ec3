import { type Failure, failureHeaders, formOf, signText } from '@majordomo/testing/internal';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import { checkToolMessages } from '../turns.ts';
import type { Wire } from '../wire.ts';
import { OLLAMA_FAILURES } from './failures.ts';
import { ollamaOperations } from './operations.ts';
import { readOllama } from './read.ts';
import { ollamaShape } from './shape.ts';
import { lineFrame, ollamaBody, ollamaFrames } from './stream.ts';

/** Rules of the native chat validator. */
const OLLAMA_RULES: Readonly<Record<string, string>> = {
  ...SHAPE_RULES,
  'keep-alive': 'an invalid duration',
  'image-source': 'an image that is not plain base64',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for a call or a tool that was not called',
  'parameters-schema': 'tool parameters that are not an object schema',
};

/** Wire of Ollama's native chat API, which sends lines of JSON and represents arguments as objects. */
export const ollamaChat: Wire = {
  name: 'ollama-chat',
  baseURL: (origin) => origin,
  accepts: (method, path) => method === 'POST' && /\/api\/chat(?:\?|$)/.test(path),
  rules: OLLAMA_RULES,
  failures: OLLAMA_FAILURES,
  cannot: {
    'refusal-mark': 'Ollama has no form for a refusal',
    citations: 'Ollama returns no sources',
    'vendor-parts': 'Ollama executes no tools itself',
    'request-cache': 'Ollama caches automatically and accepts no cache markers',
    'streamed-arguments': 'Ollama sends a complete call in one line',
    'bad-arguments': 'Ollama sends arguments as an object that the server has parsed',
    file: 'Ollama accepts no documents; send their text or images of their pages',
    'reasoning-redacted': 'Ollama has no encrypted reasoning',
    usage: 'Ollama reports prompt and answer tokens only',
    refusal: 'Ollama has no form for a refusal',
    'content-filter': 'Ollama has no finish reason for a filter',
    'finish-without-marker': 'in Ollama the last line is both finish reason and end marker',
    'chain-recover-signature': 'Ollama has no signatures',
  },
  read: readOllama,
  validate: (body) =>
    violations(body, [ollamaShape, wellFormed], ({ messages }, report) => {
      checkToolMessages(messages, report);
    }),
  stream: ollamaFrames,
  streamHeaders: { 'content-type': 'application/x-ndjson' },
  complete: (answer, request) => ({
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(ollamaBody(answer, request)),
  }),
  failure: (failure) => ({
    status: formOf(OLLAMA_FAILURES, failure).status,
    headers: { 'x-request-id': 'req_test', ...failureHeaders(failure) },
    body: JSON.stringify(errorBody(failure)),
  }),
  failureFrame: (failure, framing) => lineFrame('noise', errorBody(failure), framing),
  brokenFrame: () => ({ kind: 'noise', bytes: new TextEncoder().encode('{"model":"m","message":{"conte\n') }),
  sign: (reasoning) => signText('ollama-chat', reasoning),
  operations: ollamaOperations,
};

const errorBody = (failure: Failure): object => ({ error: formOf(OLLAMA_FAILURES, failure).message });
