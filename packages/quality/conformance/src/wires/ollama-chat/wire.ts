import {
  type Failure,
  type FailureForm,
  failureForm,
  failureHeaders,
  type FailureName,
  formOf,
} from '@majordomo/testing/internal';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import { checkToolMessages } from '../turns.ts';
import type { Wire } from '../wire.ts';
import { ollamaOperations } from './operations.ts';
import { readOllama } from './read.ts';
import { ollamaShape } from './shape.ts';
import { lineFrame, ollamaBody, ollamaFrames } from './stream.ts';

const failed = (status: number, message: string): FailureForm => failureForm(status, '', message);

/**
 * Failures of the server and of its cloud. Sources: server/routes.go; users' reports of 2025-12 to 2026-11; a recording for the
 * context overflow.
 */
const OLLAMA_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: failed(400, 'json: cannot unmarshal string into Go struct field ChatRequest.options of type map'),
  overflow: failed(400, 'prompt too long; exceeded max context length by 1119046 tokens (ref: 0001)'),
  auth: failed(401, 'unauthorized'),
  billing: failed(403, 'this model requires a subscription, upgrade for access: https://ollama.com/upgrade'),
  permission: failed(403, 'ollama cloud is disabled: remote model details are unavailable'),
  'not-found': failed(404, "model 'm' not found"),
  'rate-limit': failed(429, 'too many concurrent requests'),
  quota: failed(429, 'you (u) have reached your weekly usage limit, upgrade for higher limits'),
  server: failed(500, 'llama runner process has terminated: exit status 2'),
  'bad-gateway': failed(502, 'dial tcp: lookup ollama.com: no such host'),
  unavailable: failed(503, 'server busy, please try again.  maximum pending requests exceeded'),
  overloaded: failed(503, 'Server overloaded, please retry shortly (ref: 0002)'),
};

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
  sign: () => '',
  operations: ollamaOperations,
};

const errorBody = (failure: Failure): object => ({ error: formOf(OLLAMA_FAILURES, failure).message });
