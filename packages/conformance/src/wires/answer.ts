import type { Citation, FinishReason, TokenLogprob, Usage } from '@majordomo/core';

/** Chunks of a text, or the number of code points per chunk. */
export type Chunks = readonly string[] | number;

/** Visible text. */
export interface AnswerText {
  readonly type: 'text';
  readonly text: string;
  readonly chunks?: Chunks | undefined;
  /** Sources of the text. Wires without a form for them leave them out. */
  readonly citations?: readonly Citation[] | undefined;
  /** Log probabilities of its tokens. Wires without a form for them leave them out. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

/** Reasoning of the model. Wires without a form for it leave it out. */
export interface AnswerReasoning {
  readonly type: 'reasoning';
  readonly text: string;
  /** Signature; `false` for none. Default: a signature that the validator of the wire accepts. */
  readonly signature?: string | false | undefined;
  /** Whether only the encrypted form is sent, if the wire has one. */
  readonly redacted?: boolean | undefined;
  readonly chunks?: Chunks | undefined;
}

/** Tool call. */
export interface AnswerToolCall {
  readonly type: 'tool-call';
  /** Id; `''` for none. Default: derived from the id of the answer and the position. */
  readonly id?: string | undefined;
  readonly name: string;
  /** Arguments as text, which can be invalid JSON or empty. */
  readonly json: string;
  readonly chunks?: Chunks | undefined;
}

/** Tool that ran at the vendor: a search, or code at Gemini. Wires without a form for it leave it out. */
export interface AnswerVendor {
  readonly type: 'vendor';
  /** Query of the search, or the code. */
  readonly text: string;
  /** Result of the tool; Responses does not send it. Default: none, or hidden as Nova does. */
  readonly result?: string | undefined;
}

/** Refusal in the form of the wire. */
export interface AnswerRefusal {
  readonly type: 'refusal';
  readonly text: string;
}

/** Part of an answer. */
export type AnswerPart = AnswerText | AnswerReasoning | AnswerToolCall | AnswerVendor | AnswerRefusal;

/** Answer of a server, independent of the wire. A string is a text with finish `stop`. */
export interface Answer {
  readonly id?: string | undefined;
  /** Model name. Default: the requested model. */
  readonly model?: string | undefined;
  readonly parts: readonly AnswerPart[];
  /** Finish reason. Default: `tool-calls` with a call, `refusal` with a refusal, otherwise `stop`. */
  readonly finish?: FinishReason | undefined;
  /** Finish value of the wire in place of the one for `finish`. */
  readonly rawFinish?: string | undefined;
  /** End of the stream: the finish reason, the end marker of the wire, or both. `@default 'both'` */
  readonly ends?: 'both' | 'finish' | 'marker' | undefined;
  /** Token counts; `false` for none. Default: 12 input and 5 output tokens. */
  readonly usage?: Partial<Usage> | false | undefined;
  /** Whether fragments of parallel tool calls alternate, if the wire allows it. */
  readonly interleave?: boolean | undefined;
}

/** Answer with all defaults. */
export interface FullAnswer {
  readonly id: string;
  readonly model: string;
  readonly parts: readonly AnswerPart[];
  readonly finish: FinishReason;
  readonly rawFinish: string | undefined;
  readonly usage: FullUsage | undefined;
  readonly interleave: boolean;
  readonly ends: 'both' | 'finish' | 'marker';
}

/** Token counts; totals include their portions. */
export interface FullUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWriteLong: number;
  readonly reasoning: number;
}

/** Returns the log probabilities of the text in the form of most wires. */
export const logprobsOf = (parts: readonly AnswerPart[]): readonly object[] =>
  parts
    .flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []))
    .map(({ top, ...token }) => ({ ...withBytes(token), top_logprobs: top.map(withBytes) }));

const withBytes = ({ token, logprob }: Omit<TokenLogprob, 'top'>): object => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
});

/** Adds the defaults; `model` is the requested one. */
export function fullAnswer(answer: Answer | string, model: string): FullAnswer {
  const { id, parts, finish, rawFinish, usage, interleave, ...rest }: Answer =
    typeof answer === 'string' ? { parts: [{ type: 'text', text: answer }] } : answer;
  return {
    id: id ?? 'r1',
    model: rest.model ?? model,
    parts,
    finish: finish ?? usualFinish(parts),
    rawFinish,
    usage: usage === false ? undefined : fullUsage(usage ?? {}),
    interleave: interleave ?? false,
    ends: rest.ends ?? 'both',
  };
}

function usualFinish(parts: readonly AnswerPart[]): FinishReason {
  if (parts.some(({ type }) => type === 'tool-call')) return 'tool-calls';
  return parts.some(({ type }) => type === 'refusal') ? 'refusal' : 'stop';
}

const fullUsage = (usage: Partial<Usage>): FullUsage => ({
  input: usage.input ?? 12,
  output: usage.output ?? 5,
  cacheRead: usage.cacheRead ?? 0,
  cacheWrite: usage.cacheWrite ?? 0,
  cacheWriteLong: usage.details?.cacheWriteLong ?? 0,
  reasoning: usage.reasoning ?? 0,
});

/** Splits a text into chunks without splitting surrogate pairs. */
export function pieces(text: string, chunks: Chunks | undefined, usual: number): readonly string[] {
  if (typeof chunks === 'object') return chunks;
  const points = Array.from(text);
  const size = chunks ?? usual;
  const cut: string[] = [];
  for (let at = 0; at < points.length; at += size) cut.push(points.slice(at, at + size).join(''));
  return cut;
}
