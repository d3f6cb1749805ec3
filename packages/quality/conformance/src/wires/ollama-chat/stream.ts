import type { FinishReason } from '@majordomo/core';
import { jsonLine } from '@majordomo/core/toolkit';
import {
  type AnsweredRequest,
  type Answer,
  type AnswerPart,
  type AnswerToolCall,
  type Frame,
  type Framing,
  type FullAnswer,
  fullAnswer,
  logprobsOf,
  pieces,
} from '@majordomo/testing/internal';

const encoder = new TextEncoder();

/** Names of finish reasons on this wire. The server also sends `stop` after tool calls (recorded 2026-08). */
const FINISH_WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'stop',
  'content-filter': 'stop',
  refusal: 'stop',
  incomplete: 'stop',
  other: 'other',
};

/** Returns a value as one JSON line of the stream. */
export function lineFrame(kind: Frame['kind'], value: unknown, { newline }: Framing = {}): Frame {
  // A single CR does not end a line of JSON lines.
  const line = jsonLine(value);
  return { kind, bytes: encoder.encode(newline === '\r\n' ? line.replace('\n', newline) : line) };
}

/** Returns the lines of an answer: one per chunk of text, one per call, and a last line with the token counts. */
export function ollamaFrames(
  answer: Answer | string,
  request: AnsweredRequest,
  framing: Framing = {},
): readonly Frame[] {
  const full = fullAnswer(answer, request.model);
  const noise: readonly Frame[] =
    framing.noise === true ? [{ kind: 'noise', bytes: encoder.encode('\n') }] : [];
  let index = 0;
  const content = full.parts
    .flatMap((part) => messages(part, full, () => index++))
    .flatMap((message, at) => {
      const line = { ...head(full), message, ...(at === 0 && logprobs(full)), done: false };
      return [lineFrame('content', line, framing), ...noise];
    });
  const last = { ...head(full), message: { role: 'assistant', content: '' }, ...closing(full) };
  return [...noise, ...content, lineFrame('finish', last, framing)];
}

/** Returns the answer as one object, for a non-streaming response. */
export function ollamaBody(answer: Answer | string, request: AnsweredRequest): object {
  const full = fullAnswer(answer, request.model);
  const textOf = (...types: readonly string[]): string =>
    full.parts.flatMap((part) => ('text' in part && types.includes(part.type) ? [part.text] : [])).join('');
  const calls = full.parts.filter((part) => part.type === 'tool-call');
  const message = {
    role: 'assistant',
    content: textOf('text', 'refusal'),
    ...(textOf('reasoning') === '' ? {} : { thinking: textOf('reasoning') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call, index) => toolCall(call, index, full)) }),
  };
  return { ...head(full), message, ...logprobs(full), ...closing(full) };
}

function logprobs({ parts }: FullAnswer): { readonly logprobs?: readonly object[] } {
  const list = logprobsOf(parts);
  return list.length === 0 ? {} : { logprobs: list };
}

/** Returns the members that all lines have. The wire has no response ids, so the creation time distinguishes answers. */
const head = ({ model, id }: FullAnswer): object => ({
  model,
  created_at: `2026-11-20T09:00:00.${digits(id)}Z`,
});

/** Returns six digits that depend on the id. */
function digits(id: string): string {
  let value = 7;
  for (const character of id) value = (value * 31 + (character.codePointAt(0) ?? 0)) % 1_000_000;
  return String(value).padStart(6, '0');
}

function messages(part: AnswerPart, answer: FullAnswer, next: () => number): readonly object[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return pieces(part.text, part.type === 'text' ? part.chunks : undefined, 8).map((content) => ({
        role: 'assistant',
        content,
      }));
    case 'reasoning':
      return pieces(part.text, part.chunks, 8).map((thinking) => ({
        role: 'assistant',
        content: '',
        thinking,
      }));
    case 'tool-call':
      return [{ role: 'assistant', content: '', tool_calls: [toolCall(part, next(), answer)] }];
    case 'vendor':
      return [];
    default:
      part satisfies never;
      return [];
  }
}

/** Returns a tool call. It is sent at once, because the server parses the arguments. */
function toolCall(call: AnswerToolCall, index: number, { id }: FullAnswer): object {
  const callId = call.id ?? `call_${id}${index}`;
  return {
    ...(callId === '' ? {} : { id: callId }),
    function: {
      index,
      name: call.name,
      arguments: call.json === '' ? {} : (JSON.parse(call.json) as object),
    },
  };
}

/** Returns the members that only the last line has. */
function closing({ finish, rawFinish, usage, ends }: FullAnswer): object {
  return {
    done: true,
    // Servers before ollama#4235 (2024-05) sent no `done_reason`. Their last line is only the end marker.
    ...(ends === 'marker' ? {} : { done_reason: rawFinish ?? FINISH_WORDS[finish] }),
    total_duration: 1_471_383_958,
    load_duration: 64_202_792,
    ...(usage === undefined
      ? {}
      : {
          prompt_eval_count: usage.input,
          prompt_eval_duration: 591_535_833,
          eval_count: usage.output,
          eval_duration: 717_143_165,
        }),
  };
}
