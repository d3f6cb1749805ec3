import type { Citation, FinishReason, TokenLogprob, Usage } from '@majordomo/core';

/** Where a text is cut for the wire: the pieces themselves, or code points a piece. */
export type Chunks = readonly string[] | number;

/** Visible text. */
export interface AnswerText {
  readonly type: 'text';
  readonly text: string;
  readonly chunks?: Chunks | undefined;
  /** What it rests on, in the wire's own form; left out where it has none. */
  readonly citations?: readonly Citation[] | undefined;
  /** Log probabilities of its tokens. Wires without a form for them leave them out. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

/** What the model thought; left out where the wire has no form for it. */
export interface AnswerReasoning {
  readonly type: 'reasoning';
  readonly text: string;
  /** What the wire signs it with; default: a signature of its own that its validator accepts. `false`: none. */
  readonly signature?: string | false | undefined;
  /** Sent in an encrypted form only, where the wire has one. */
  readonly redacted?: boolean | undefined;
  readonly chunks?: Chunks | undefined;
}

/** A call of one of the client's tools. */
export interface AnswerToolCall {
  readonly type: 'tool-call';
  /** Default: derived from the answer's id and the position. `''`: the wire sends none. */
  readonly id?: string | undefined;
  readonly name: string;
  /** The arguments as the model wrote them: text, so that it may be broken or empty. */
  readonly json: string;
  readonly chunks?: Chunks | undefined;
}

/** A tool that ran at the vendor, in the wire's own form: a search, or at Gemini code; left out where it has none. */
export interface AnswerVendor {
  readonly type: 'vendor';
  /** What was searched for, or the code. */
  readonly text: string;
  /** What was found, or what the code printed; Responses does not tell it. Default: nothing, or hidden as Nova does. */
  readonly result?: string | undefined;
}

/** The model declines, in the wire's own form. */
export interface AnswerRefusal {
  readonly type: 'refusal';
  readonly text: string;
}

/** What an answer is made of. */
export type AnswerPart = AnswerText | AnswerReasoning | AnswerToolCall | AnswerVendor | AnswerRefusal;

/** What the server lets the model say, in no vendor's words. A string is a text with finish `stop`. */
export interface Answer {
  readonly id?: string | undefined;
  /** Default: the model that was asked for. */
  readonly model?: string | undefined;
  readonly parts: readonly AnswerPart[];
  /** Default: `tool-calls` with a call, `refusal` with a refusal, else `stop`. */
  readonly finish?: FinishReason | undefined;
  /** The wire's own word, instead of the one for `finish`. */
  readonly rawFinish?: string | undefined;
  /**
   * How the stream ends: with the finish reason and the wire's end marker, or with one of them alone, as some servers
   * do. Default `both`.
   */
  readonly ends?: 'both' | 'finish' | 'marker' | undefined;
  /** Default: 12 in, 5 out. `false`: the server sends none. */
  readonly usage?: Partial<Usage> | false | undefined;
  /** Fragments of tool calls take turns, where the wire allows it. */
  readonly interleave?: boolean | undefined;
}

/** The answer with all defaults filled in. */
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

/** Tokens, every one told: totals that include their portions. */
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

/** Fills the defaults in; `model` is the one that the request named. */
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

/** The pieces that a text travels in; never half of a surrogate pair, as no vendor sends one. */
export function pieces(text: string, chunks: Chunks | undefined, usual: number): readonly string[] {
  if (typeof chunks === 'object') return chunks;
  const points = Array.from(text);
  const size = chunks ?? usual;
  const cut: string[] = [];
  for (let at = 0; at < points.length; at += size) cut.push(points.slice(at, at + size).join(''));
  return cut;
}
