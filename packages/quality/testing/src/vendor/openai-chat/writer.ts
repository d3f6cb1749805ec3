import { type FailureForm, failureHeaders, formOf } from '../failure.ts';
import { sseFrame } from '../frame.ts';
import { signText } from '../signature.ts';
import type { WireWriter } from '../wire-writer.ts';
import { completeChat } from './complete.ts';
import { CHAT_FAILURES } from './failures.ts';
import { chatFrames, type ChatAnswerDialect } from './stream.ts';

/** Returns the writer of a vendor's Chat Completions API. */
export const chatWriter = (dialect: ChatAnswerDialect): WireWriter => ({
  failures: CHAT_FAILURES,
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
});

const errorBody = ({ message, type, code, param }: FailureForm): object => ({
  error: { message, type, param: param ?? null, code: code ?? null },
});
