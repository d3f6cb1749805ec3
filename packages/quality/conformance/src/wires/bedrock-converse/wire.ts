import {
  CLAUDE_SCOPE,
  type Failure,
  type Reply,
  failureHeaders,
  formOf,
  signText,
} from '@majordomo/testing/internal';
import { SHAPE_RULES, violations, wellFormed } from '../shape.ts';
import type { Wire } from '../wire.ts';
import { checkContent } from './content.ts';
import { checkConversation, turnsOf } from './conversation.ts';
import { CONVERSE_FAILURES, errorBody, inStreamType } from './failures.ts';
import { bedrockOperations } from './operations.ts';
import { checkOptions } from './options.ts';
import { readConverse } from './read.ts';
import { converseShape } from './shape.ts';
import { converseComplete, converseFrames, event, exception } from './stream.ts';

/** Rules of the Converse validator. */
const CONVERSE_RULES: Readonly<Record<string, string>> = {
  ...SHAPE_RULES,
  'name-format': 'a tool name longer than 64 characters, or not only letters, digits, _ and -',
  'tool-id-format': 'a toolUseId longer than 64 characters, or not only letters, digits, _ and -',
  'document-name': 'a document name with invalid characters, with two consecutive spaces, or used twice',
  'block-data': 'a content block without content, or with two kinds of content',
  'block-role': 'a block that the role of its message does not allow',
  'first-role': 'a conversation that begins with the assistant',
  alternation: 'two messages of the assistant in a row',
  'blank-text': 'a text without visible characters',
  'document-alone': 'a message with a document and no text',
  'media-bytes': 'bytes that are not base64',
  'tool-id-duplicate': 'a toolUseId that was used before',
  'tool-call-unanswered': 'a toolUse without its toolResult in the next message',
  'tool-result-unknown': 'a toolResult for an id that the previous message did not call',
  'tool-result-duplicate': 'two results for one call',
  'tools-missing': 'tool blocks without toolConfig',
  'tool-duplicate': 'two tools with the same name',
  'tool-choice-unknown': 'a tool choice with an undeclared tool',
  'tool-choice-forced': 'a forced tool call that the model does not accept, or not with thinking',
  'parameters-schema': 'an inputSchema that is not an object schema, or a union at its root',
  signature: 'reasoning that was altered or has a foreign signature',
  'too-many-cache-points': 'more than four cache points',
  'thinking-options': 'options that are incompatible with thinking',
  'thinking-first': 'a tool loop whose assistant turn does not begin with thinking',
  'trailing-space': 'a last message of the assistant that ends in whitespace, for Claude',
  prefill: 'a last message of the assistant that the model will not continue',
  'output-schema':
    'an output schema that is not JSON text, is recursive, or has an open object or an unsupported keyword',
};

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
    violations(body, [converseShape, wellFormed], (request, report) => {
      const turns = turnsOf(request);
      checkConversation(turns, report);
      checkContent(request, turns, report, options);
      checkOptions(request, turns, report, options);
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
