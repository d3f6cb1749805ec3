import {
  sumUsage,
  type FinishReason,
  type ReasoningPart,
  type TextPart,
  type TokenLogprob,
  type Usage,
  type ChatResponse,
  type ToolCallPart,
} from '@majordomo/core';
import { pageCitations } from '../response/citations.ts';
import { tokenText } from '../parsing/replay-token.ts';
import { newId } from '../response/id.ts';
import { nowInSeconds } from '../response/seconds.ts';
import { argumentsText } from '../parsing/tools.ts';

/** Finish reasons of the wire, by the finish reasons of core. `incomplete` has no counterpart on the wire and becomes `stop`. */
export const FINISH: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
  incomplete: 'stop',
  other: 'stop',
};

/** Formats token usage. Unknown counts become 0. */
export function chatUsage(usage: Usage): object {
  const { input = 0, output = 0 } = usage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead ?? 0,
      cache_write_tokens: usage.cacheWrite ?? 0,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
  };
}

/** Formats the log probabilities of tokens. */
export const chatLogprobs = (logprobs: readonly TokenLogprob[] | undefined): object | null =>
  logprobs === undefined
    ? null
    : {
        content: logprobs.map(({ token, logprob, top }) => ({
          ...oneToken(token, logprob),
          top_logprobs: top.map((other) => oneToken(other.token, other.logprob)),
        })),
        refusal: null,
      };

const oneToken = (token: string, logprob: number): object => ({
  token,
  logprob,
  bytes: [...new TextEncoder().encode(token)],
});

/** Formats the citations of web pages in a text part. `from`: position in the message at which the part starts. */
export const chatAnnotations = (part: TextPart, from: number): readonly object[] =>
  pageCitations(part).map(({ url, title, start, end }) => ({
    type: 'url_citation',
    url_citation: { url, title, start_index: from + start, end_index: from + end },
  }));

/** Formats signed reasoning as in OpenRouter's extension of this wire, so that clients can return the reasoning. */
export function reasoningDetail({ text, replay }: ReasoningPart, index: number): object | undefined {
  const signature = tokenText(replay);
  return signature === undefined ? undefined : { type: 'reasoning.text', text, signature, index };
}

/** Returns a `chat.completion` object with the complete responses as its choices. */
export function chatCompletion(responses: readonly ChatResponse[], model: string): object {
  const usage = sumUsage(...responses.map((response) => response.usage));
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created: nowInSeconds(),
    model,
    choices: responses.map((response, index) => ({
      index,
      message: message(response),
      logprobs: chatLogprobs(response.logprobs),
      finish_reason: FINISH[response.finish],
    })),
    ...(usage !== undefined && { usage: chatUsage(usage) }),
    system_fingerprint: null,
  };
}

function message({ parts, toolCalls }: ChatResponse): object {
  const texts = parts.filter((part) => part.type === 'text');
  const reasoning = parts.filter((part) => part.type === 'reasoning');
  const thought = reasoning.map((part) => part.text).join('');
  const details = reasoning.flatMap((part, index) => reasoningDetail(part, index) ?? []);
  const annotations = annotationsOf(parts);
  return {
    role: 'assistant',
    content: joined(texts.filter((part) => part.isRefusal !== true)),
    refusal: joined(texts.filter((part) => part.isRefusal === true)),
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map(toolCall) }),
  };
}

/** Returns the joined text of the parts, or `null` if the text is empty, as the wire requires. */
const joined = (parts: readonly TextPart[]): string | null => parts.map(({ text }) => text).join('') || null;

function annotationsOf(parts: ChatResponse['parts']): readonly object[] {
  let from = 0;
  return parts.flatMap((part) => {
    if (part.type !== 'text' || part.isRefusal === true) return [];
    const found = chatAnnotations(part, from);
    from += part.text.length;
    return found;
  });
}

const toolCall = (call: ToolCallPart): object => ({
  id: call.id,
  type: 'function',
  function: { name: call.name, arguments: argumentsText(call) },
  ...extraContent(call),
});

/** Returns the replay token as the member `extra_content`, which Google's servers of this wire also use. */
export function extraContent({ replay }: ToolCallPart): object {
  const token = tokenText(replay);
  return token === undefined ? {} : { extra_content: { majordomo: token } };
}
