import type { Citation, FinishReason, TokenLogprob, Usage } from '@majordomo/core';

/** Chunks of a text, or the number of code points per chunk. */
export type Chunks = readonly string[] | number;

/** Visible text. */
export interface AnswerText {
  readonly type: 'text';
  readonly text: string;
  readonly chunks?: Chunks | undefined;
  /** Sources of the text. They are omitted on wires that do not support citations. */
  readonly citations?: readonly Citation[] | undefined;
  /** Log probabilities of the tokens. They are omitted on wires that do not support log probabilities. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

/** Reasoning of the model. This part is omitted on wires without support for reasoning. */
export interface AnswerReasoning {
  readonly type: 'reasoning';
  readonly text: string;
  /** Signature of the reasoning; `false` for none. `@default` a signature that the wire's validator accepts */
  readonly signature?: string | false | undefined;
  /** Whether to send the reasoning only in encrypted form, on wires that have such a form. */
  readonly redacted?: boolean | undefined;
  readonly chunks?: Chunks | undefined;
}

/** Tool call. */
export interface AnswerToolCall {
  readonly type: 'tool-call';
  /** Id of the call; `''` for a call without an id. `@default` an id made from the answer's id and the call's position */
  readonly id?: string | undefined;
  readonly name: string;
  /** Arguments as text, which can be empty or invalid JSON. */
  readonly json: string;
  readonly chunks?: Chunks | undefined;
}

/** Call of a tool that the vendor executed: a search, or code for Gemini. Omitted on wires without support for such tools. */
export interface AnswerVendor {
  readonly type: 'vendor';
  /** Search query, or executed code. */
  readonly text: string;
  /** Result of the tool, which the Responses API does not send. `@default` no result, or a hidden result for Nova */
  readonly result?: string | undefined;
}

/** Refusal in the format of the wire. */
export interface AnswerRefusal {
  readonly type: 'refusal';
  readonly text: string;
}

/** Part of an answer. */
export type AnswerPart = AnswerText | AnswerReasoning | AnswerToolCall | AnswerVendor | AnswerRefusal;

/** Answer of a server, in a form that is independent of the wire. A string is a text with the finish reason `stop`. */
export interface Answer {
  readonly id?: string | undefined;
  /** Name of the model. `@default` the requested model */
  readonly model?: string | undefined;
  readonly parts: readonly AnswerPart[];
  /** Finish reason. `@default 'tool-calls'` if the answer has a call, `'refusal'` if it has a refusal, otherwise `'stop'` */
  readonly finish?: FinishReason | undefined;
  /** Finish reason that the wire sends literally, in place of its name for `finish`. */
  readonly rawFinish?: string | undefined;
  /** Data that ends a stream: the finish reason, the wire's end marker, or both. `@default 'both'` */
  readonly ends?: 'both' | 'finish' | 'marker' | undefined;
  /** Token counts; `false` for none. `@default` 12 input and 5 output tokens */
  readonly usage?: Partial<Usage> | false | undefined;
  /** Whether to send fragments of parallel tool calls alternately, if the wire supports it. */
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

/** Token counts. `input` and `output` are totals, which include the tokens of the other members. */
export interface FullUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWriteLong: number;
  readonly reasoning: number;
}

/** Returns the log probabilities of an answer's text in the format that most wires use. */
export const logprobsOf = (parts: readonly AnswerPart[]): readonly object[] =>
  parts
    .flatMap((part) => (part.type === 'text' ? (part.logprobs ?? []) : []))
    .map(({ top, ...token }) => ({ ...withBytes(token), top_logprobs: top.map(withBytes) }));

const withBytes = ({ token, logprob }: Omit<TokenLogprob, 'top'>): object => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
});

/** Returns the answer with all defaults. `model` is the requested model. */
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

/** Returns the given chunks, or splits the text into chunks of `chunks` code points (default `usual`). */
export function pieces(text: string, chunks: Chunks | undefined, usual: number): readonly string[] {
  if (typeof chunks === 'object') return chunks;
  const points = Array.from(text);
  const size = chunks ?? usual;
  const cut: string[] = [];
  for (let at = 0; at < points.length; at += size) cut.push(points.slice(at, at + size).join(''));
  return cut;
}

/** Returns the items of several lists, one item of each list in turn. */
export function takeTurns<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const turns: T[] = [];
  for (let round = 0; lists.some((items) => round < items.length); round++) {
    for (const items of lists) turns.push(...items.slice(round, round + 1));
  }
  return turns;
}
