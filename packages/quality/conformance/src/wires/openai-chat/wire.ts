import { type FailureForm, failureHeaders, formOf } from '../failure.ts';
import { openaiOperations } from '../operations/openai.ts';
import { violations, wellFormed } from '../shape.ts';
import { signText } from '../signature.ts';
import { sseFrame } from '../sse.ts';
import type { Wire } from '../wire.ts';
import { checkContent } from './content.ts';
import { checkConversation } from './conversation.ts';
import { type ChatDialect, openaiDialect } from './dialect.ts';
import { CHAT_FAILURES } from './failures.ts';
import { checkOptions } from './options.ts';
import { readChat } from './read.ts';
import { chatRules } from './rules.ts';
import { chatShape } from './shape.ts';
import { chatFrames } from './stream.ts';
import { completeChat } from './complete.ts';

const NO_SIGNATURES: Readonly<Record<string, string>> = {
  'request-cache': 'Chat Completions caches automatically; it has a parameter for the longest retention only',
  'vendor-parts': 'Chat Completions accepts no vendor parts',
  'reasoning-redacted': 'Chat Completions has no encrypted reasoning',
  'chain-recover-signature': 'Chat Completions has no signatures',
};
const NO_REASONING: Readonly<Record<string, string>> = {
  ...NO_SIGNATURES,
  reasoning: 'this vendor returns no reasoning over Chat Completions',
  'reasoning-replay': 'this vendor returns no reasoning over Chat Completions',
  'reasoning-foreign': 'this vendor returns no reasoning over Chat Completions',
};

/** Creates the wire of a vendor's Chat Completions API. */
export function openaiChatWire(dialect: ChatDialect): Wire {
  const shape = chatShape(dialect);
  return {
    name: 'openai-chat',
    baseURL: (origin) => `${origin}/v1`,
    accepts: (method, path) => method === 'POST' && /\/chat\/completions(?:\?|$)/.test(path),
    rules: chatRules(dialect),
    failures: CHAT_FAILURES,
    cannot: dialect.reasoningField === undefined ? NO_REASONING : NO_SIGNATURES,
    read: readChat,
    validate: (body) =>
      violations(body, [shape, wellFormed], (report) => {
        checkConversation(body, report, dialect);
        checkContent(body, report, dialect);
        checkOptions(body, report, dialect);
      }).filter(({ rule }) => dialect.tolerates?.includes(rule) !== true),
    stream: (answer, request, framing) => chatFrames(answer, request, dialect, framing),
    streamHeaders: { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req_test' },
    complete: (answer, request) => completeChat(answer, request, dialect),
    failure: (failure) => {
      const form = formOf(CHAT_FAILURES, failure);
      const headers = { 'x-request-id': 'req_test', ...failureHeaders(failure) };
      return { status: form.status, headers, body: JSON.stringify(errorBody(form)) };
    },
    failureFrame: (failure, framing) =>
      sseFrame('noise', JSON.stringify(errorBody(formOf(CHAT_FAILURES, failure))), undefined, framing),
    brokenFrame: (framing) => sseFrame('noise', '{"choices":[{"delta":{"conte', undefined, framing),
    sign: (reasoning) => signText('openai-chat', reasoning),
    operations: openaiOperations,
  };
}

/** Wire of OpenAI's Chat Completions API. */
export const openaiChat: Wire = openaiChatWire(openaiDialect);

const errorBody = ({ message, type, code, param }: FailureForm): object => ({
  error: { message, type, param: param ?? null, code: code ?? null },
});
