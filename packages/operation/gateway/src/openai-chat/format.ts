import type { FinishReason, ReasoningPart, TextPart, TokenLogprob, Usage } from '@majordomo/core';
import { pageCitations } from '../response/citations.ts';
import { tokenText } from '../parsing/replay-token.ts';

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
