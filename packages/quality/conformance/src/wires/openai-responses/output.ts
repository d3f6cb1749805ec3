import type { Citation, FinishReason } from '@majordomo/core';
import {
  CREATED,
  type AnswerPart,
  type FullAnswer,
  type FullUsage,
  logprobsOf,
  sealText,
} from '@majordomo/testing/internal';
import { SCOPE } from './items.ts';

/** Output item of a response. */
export interface OutputItem {
  readonly id: string;
  readonly type: 'message' | 'reasoning' | 'function_call' | 'web_search_call';
  readonly [member: string]: unknown;
}

const REASONS: Readonly<Partial<Record<FinishReason, string>>> = {
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
  other: 'other',
};

/** Returns a part as an output item in its final state. */
export function outputItem(part: AnswerPart, at: number, answer: FullAnswer): OutputItem {
  const name = `${answer.id}${at}`;
  switch (part.type) {
    case 'text':
      return messageItem(name, {
        type: 'output_text',
        annotations: (part.citations ?? []).map(annotation),
        logprobs: logprobsOf([part]),
        text: part.text,
      });
    case 'refusal':
      return messageItem(name, { type: 'refusal', refusal: part.text });
    case 'reasoning':
      return {
        id: `rs_${name}`,
        type: 'reasoning',
        summary: part.redacted === true ? [] : [{ type: 'summary_text', text: part.text }],
        ...(part.signature === false
          ? undefined
          : { encrypted_content: part.signature ?? sealText(SCOPE, part.text) }),
      };
    case 'tool-call':
      return {
        id: `fc_${name}`,
        type: 'function_call',
        status: 'completed',
        arguments: part.json,
        call_id: part.id ?? `call_${name}`,
        name: part.name,
      };
    case 'vendor':
      return {
        id: `ws_${name}`,
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'search', queries: [part.text], query: part.text },
      };
    default:
      return part satisfies never;
  }
}

const annotation = ({ url, title = '', start = 0, end = 0 }: Citation): object => ({
  type: 'url_citation',
  url,
  title,
  start_index: start,
  end_index: end,
});

const messageItem = (name: string, content: object): OutputItem => ({
  id: `msg_${name}`,
  type: 'message',
  status: 'completed',
  content: [content],
  role: 'assistant',
});

/** Returns the response object. `isOver`: whether the response has ended, unlike in the first events of a stream. */
export function responseBody(answer: FullAnswer, isOver: boolean): Record<string, unknown> {
  const reason = REASONS[answer.finish];
  const status = answer.rawFinish ?? (reason === undefined ? 'completed' : 'incomplete');
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: CREATED,
    status: isOver ? status : 'in_progress',
    error: null,
    incomplete_details: isOver && status === 'incomplete' ? { reason } : null,
    model: answer.model,
    output: isOver ? answer.parts.map((part, at) => outputItem(part, at, answer)) : [],
    service_tier: 'default',
    store: false,
    usage: isOver && answer.usage !== undefined ? responsesUsage(answer.usage) : null,
  };
}

const responsesUsage = (usage: FullUsage): object => ({
  input_tokens: usage.input,
  input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: usage.cacheWrite },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: usage.reasoning },
  total_tokens: usage.input + usage.output,
});
