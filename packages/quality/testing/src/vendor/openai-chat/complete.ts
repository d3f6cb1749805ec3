import { type Answer, type AnswerToolCall, fullAnswer, type FullAnswer } from '../answer.ts';
import type { Reply } from '../frame.ts';
import type { AnsweredRequest } from '../wire-writer.ts';
import {
  annotation,
  callId,
  type ChatAnswerDialect,
  choiceLogprobs,
  chatUsage,
  CREATED,
  FINISH_WORDS,
  signatureOf,
} from './stream.ts';

/** Returns the answer as a non-streaming response, which is a `chat.completion`. */
export function completeChat(
  answer: Answer | string,
  request: AnsweredRequest,
  dialect: ChatAnswerDialect,
): Reply {
  const full = fullAnswer(answer, request.model);
  const body = {
    id: `chatcmpl-${full.id}`,
    object: 'chat.completion',
    created: CREATED,
    model: full.model,
    choices: [
      {
        index: 0,
        message: message(full, dialect),
        logprobs: choiceLogprobs(full),
        finish_reason: full.rawFinish ?? FINISH_WORDS[full.finish],
      },
    ],
    ...(full.usage === undefined ? {} : { usage: chatUsage(full.usage) }),
    service_tier: 'default',
    system_fingerprint: 'fp_test',
  };
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-request-id': `req_${full.id}` },
    body: JSON.stringify(body),
  };
}

function message(answer: FullAnswer, dialect: ChatAnswerDialect): object {
  const { reasoningField } = dialect;
  const textOf = (type: 'text' | 'reasoning' | 'refusal'): string | null => {
    const texts = answer.parts.flatMap((part) => (part.type === type ? [part.text] : []));
    return texts.length === 0 ? null : texts.join('');
  };
  const calls = answer.parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
  const reasoning = textOf('reasoning');
  return {
    role: 'assistant',
    content: textOf('text'),
    refusal: textOf('refusal'),
    annotations: answer.parts.flatMap((part) =>
      part.type === 'text' ? (part.citations ?? []).map(annotation) : [],
    ),
    ...(reasoningField !== undefined && reasoning !== null ? { [reasoningField]: reasoning } : {}),
    ...(calls.length === 0
      ? {}
      : { tool_calls: calls.map((call, index) => toolCall(call, index, answer, dialect)) }),
  };
}

function toolCall(
  call: AnswerToolCall,
  index: number,
  answer: FullAnswer,
  dialect: ChatAnswerDialect,
): object {
  const id = callId(call, index, answer, dialect);
  return {
    ...(id === '' ? {} : { id }),
    type: 'function',
    function: { name: call.name, arguments: call.json },
    ...signatureOf(call, index, dialect),
  };
}
