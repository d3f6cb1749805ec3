import {
  CLAUDE_SCOPE,
  type Failure,
  type Reply,
  failureHeaders,
  formOf,
  signText,
} from '@majordomo/testing/internal';
import { violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import { checkContent } from './content.ts';
import { checkConversation } from './conversation.ts';
import { CONVERSE_FAILURES, errorBody, inStreamType } from './failures.ts';
import { event, exception } from './frames.ts';
import { bedrockOperations } from './operations.ts';
import { checkOptions } from './options.ts';
import { readConverse } from './read.ts';
import { CONVERSE_RULES } from './rules.ts';
import { converseShape } from './shape.ts';
import { converseFrames, converseComplete } from './stream.ts';

/** Wire of Amazon Bedrock's Converse and ConverseStream. ConverseStream sends binary frames. */
export const bedrockConverse: Wire = {
  name: 'bedrock-converse',
  baseURL: (origin) => origin,
  accepts: (method, path) => method === 'POST' && /^\/model\/[^/]+\/converse(?:-stream)?$/.test(path),
  rules: CONVERSE_RULES,
  failures: CONVERSE_FAILURES,
  cannot: {
    'served-model': 'Converse does not report the model',
    'refusal-mark': 'Converse has no form for a refusal',
    usage: 'Converse does not report reasoning tokens separately',
    'missing-call-ids': 'Converse gives every call an id',
    refusal: 'Converse has no form for a refusal',
    'marker-without-finish': 'in Converse the event messageStop is both finish reason and end marker',
    'failure-too-large':
      'Converse rejects a body that is too large with ValidationException, like any invalid request',
    'failure-bad-gateway': 'Converse has no such exception; the page of a gateway is a separate case',
  },
  read: readConverse,
  validate: (body, options = {}) =>
    violations(body, [converseShape, wellFormed], (report) => {
      checkConversation(body, report);
      checkContent(body, report, options);
      checkOptions(body, report, options);
    }),
  stream: converseFrames,
  streamHeaders: { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'req_test' },
  complete: converseComplete,
  failure: failed,
  failureFrame: (failure) => ({ kind: 'noise', bytes: exception(inStreamType(failure), errorBody(failure)) }),
  brokenFrame: () => ({ kind: 'noise', bytes: event('contentBlockDelta', '{"contentBlockIndex":0,"del') }),
  sign: (reasoning) => signText(CLAUDE_SCOPE, reasoning),
  operations: bedrockOperations,
};

function failed(failure: Failure): Reply {
  const { status, type } = formOf(CONVERSE_FAILURES, failure);
  const headers = { 'x-amzn-requestid': 'req_test', 'x-amzn-errortype': type };
  return { status, headers: { ...headers, ...failureHeaders(failure) }, body: errorBody(failure) };
}
