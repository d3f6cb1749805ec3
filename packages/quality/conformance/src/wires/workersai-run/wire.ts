import {
  chatWriter,
  type FailureForm,
  failureForm,
  failureHeaders,
  type FailureName,
  formOf,
  sseFrame,
} from '@majordomo/testing/internal';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import { checkToolMessages } from '../turns.ts';
import type { Wire } from '../wire.ts';
import { workersaiOperations } from './operations.ts';
import { readRun, RUN_PATH } from './read.ts';
import { runShape } from './shape.ts';

const failed = (status: number, code: number, message: string): FailureForm =>
  failureForm(status, '', message, String(code));

/** Failures of Workers AI (developers.cloudflare.com/workers-ai/platform/errors, 2026-07). 401 and 404 were observed in 2026. */
const RUN_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: failed(400, 5006, "AiError: AiError: Bad input: Error: oneOf at '/' not met"),
  overflow: failed(
    400,
    5021,
    'AiError: AiError: The estimated number of input and maximum output tokens (90000) exceeded this model context window limit (24000).',
  ),
  auth: failed(401, 10000, 'Authentication error'),
  permission: failed(403, 5018, 'The account is not allowed to access this model'),
  'not-found': failed(404, 3042, 'The model name is invalid'),
  timeout: failed(408, 3007, 'Request timeout'),
  'too-large': failed(413, 3006, 'Request is too large'),
  'rate-limit': failed(429, 971, 'Rate limit reached for this account'),
  quota: failed(429, 3036, 'You have used up your daily free allocation of 10,000 neurons.'),
  server: failed(500, 3043, 'Internal server error'),
  'bad-gateway': failed(502, 502, 'Bad gateway'),
  unavailable: failed(503, 503, 'Service temporarily unavailable'),
  overloaded: failed(429, 3040, 'Capacity temporarily exceeded, please try again.'),
};

/** Rules of the Workers AI validator. */
const RUN_RULES: Readonly<Record<string, string>> = {
  ...SHAPE_RULES,
  'image-source': 'an image that is not a base64 data URL',
  'tool-result-misplaced': 'a tool message that follows no tool calls',
  'tool-result-unknown': 'a tool message for a call that was not made',
  'parameters-schema': 'tool parameters that are not an object schema',
  'schema-stream': 'a schema together with a stream',
};

/** Writer of Chat Completions, in whose format newer models respond. */
const chat = chatWriter({ reasoningField: 'reasoning_content' });

/** Wire of Workers AI over REST. Each model has an endpoint, and the response contains the answer in `result`. */
export const workersaiRun: Wire = {
  ...chat,
  name: 'workersai-run',
  baseURL: (origin) => `${origin}/client/v4`,
  accepts: (method, path) => method === 'POST' && RUN_PATH.test(path),
  rules: RUN_RULES,
  failures: RUN_FAILURES,
  cannot: {
    citations: 'Workers AI returns no sources',
    'vendor-parts': 'Workers AI executes no tools itself',
    audio: 'Workers AI accepts no audio in a chat',
    'request-cache': 'Workers AI accepts no cache markers',
    'embedding-usage': 'Workers AI reports no tokens of embeddings',
    file: 'Workers AI accepts no documents; send their text or images of their pages',
    'reasoning-redacted': 'Workers AI has no encrypted reasoning',
    'chain-recover-signature': 'Workers AI has no signatures',
  },
  read: readRun,
  validate: (body) =>
    violations(body, [runShape, wellFormed], ({ messages, stream, response_format: format }, report) => {
      checkToolMessages(messages, report);
      if (stream === true && format !== undefined)
        report('schema-stream', 'stream', 'JSON mode does not support streaming');
    }),
  streamHeaders: { 'content-type': 'text/event-stream', 'cf-ray': 'req_test' },
  complete(answer, request) {
    const { body, ...reply } = chat.complete(answer, request);
    return { ...reply, body: `{"result":${body},"success":true,"errors":[],"messages":[]}` };
  },
  failure: (failure) => ({
    status: formOf(RUN_FAILURES, failure).status,
    headers: { 'cf-ray': 'req_test', ...failureHeaders(failure) },
    body: JSON.stringify(errorBody(formOf(RUN_FAILURES, failure))),
  }),
  failureFrame: (failure, framing) =>
    sseFrame('noise', JSON.stringify(errorBody(formOf(RUN_FAILURES, failure))), undefined, framing),
  sign: () => '',
  operations: workersaiOperations,
};

const errorBody = ({ code, message }: FailureForm): object => ({
  result: null,
  success: false,
  errors: [{ code: Number(code), message }],
  messages: [],
});
