import { failureHeaders, formOf, type Failure } from '../failure.ts';
import { violations } from '../shape.ts';
import { signText } from '../signature.ts';
import type { Wire } from '../wire.ts';
import { checkConversation } from './conversation.ts';
import { OLLAMA_FAILURES } from './failures.ts';
import { readOllama } from './read.ts';
import { OLLAMA_RULES } from './rules.ts';
import { ollamaShape } from './shape.ts';
import { lineFrame, ollamaBody, ollamaFrames } from './stream.ts';

/** The native chat of Ollama: JSON lines, arguments as objects. */
export const ollamaChat: Wire = {
  name: 'ollama-chat',
  baseURL: (origin) => origin,
  accepts: (method, path) => method === 'POST' && /\/api\/chat(?:\?|$)/.test(path),
  rules: OLLAMA_RULES,
  failures: OLLAMA_FAILURES,
  cannot: {
    'bad-arguments': 'arguments are an object: the server parses what the model wrote',
    'reasoning-redacted': 'the wire has no encrypted reasoning',
    usage: 'the wire counts prompt and answer, nothing of caches and reasoning',
    refusal: 'the wire has no form for a refusal',
    'content-filter': 'the wire has no such finish word',
    'finish-without-marker': 'the last line holds both',
    'chain-recover-signature': 'the wire has no signatures',
  },
  read: readOllama,
  validate: (body) =>
    violations(body, [
      ollamaShape,
      (value, _path, report) => {
        checkConversation(value, report);
      },
    ]),
  stream: ollamaFrames,
  streamHeaders: { 'content-type': 'application/x-ndjson' },
  whole: (answer, request) => ({
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
};

const errorBody = (failure: Failure): object => ({ error: formOf(OLLAMA_FAILURES, failure).message });
