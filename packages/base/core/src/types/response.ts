import type { Attempt, LlmError } from './llm-error.ts';
import type { AssistantMessage, AssistantPart, ToolCallPart } from './messages.ts';
import type { JsonObject } from './schema.ts';
import type { Usage } from './usage.ts';

/**
 * Reason for the end of a response. `length`: the limit of tokens was reached. `incomplete`: the vendor paused the turn. Send
 * the transcript again to continue the turn.
 */
export type FinishReason =
  | 'stop'
  | 'length'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'incomplete'
  | 'other';

/** Difference between the caller's request and the sent request, or a repair of the response. */
export interface Warning {
  readonly action: 'dropped' | 'coerced' | 'emulated' | 'repaired' | 'continued' | 'cached';
  /** Setting or part to which the warning refers, such as `temperature`. */
  readonly what: string;
  /** Reason, as a sentence for people. */
  readonly why: string;
}

/** Log probability of a token of the text. */
export interface TokenLogprob {
  readonly token: string;
  /** Natural logarithm of the probability. */
  readonly logprob: number;
  /** Most likely tokens at this position, as many as `ChatRequest.logprobs` requests. */
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

/** Facts of the vendor about a refusal or stop. Facts that the vendor does not report are `undefined`. */
export interface StopDetails {
  /** Vendor's policy that applied, such as `cyber`. */
  readonly category: string | undefined;
  /** Explanation for people. */
  readonly explanation: string | undefined;
}

/** Rate limit in the headers of a vendor's response. */
export interface RateLimitBucket {
  /** Name of the counted unit, with the time window if its header names one: `requests`, `tokens-minute`, `input-tokens`. */
  readonly name: string;
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Time from the arrival of the headers until the complete limit is available again, in milliseconds. */
  readonly resetMs: number | undefined;
}

/**
 * Facts about a response in the vendor's terms. Members that the vendor does not report are absent. Each provider package exports
 * the type of its facts, which has further members, and a function that returns them for a response, such as `messagesFacts`.
 */
export interface VendorFacts {
  /** Name of the wire, such as `anthropic-messages`. It identifies the type of the facts. */
  readonly wire: string;
  /** Vendor's id of the response. */
  readonly id?: string | undefined;
  /** Vendor's id of the request, for questions to the vendor's support. */
  readonly requestId?: string | undefined;
  /** Tier that served the request. */
  readonly serviceTier?: string | undefined;
  /** Rate limits in the headers of the response. */
  readonly rateLimits?: readonly RateLimitBucket[] | undefined;
  /** Members of the response that neither the response nor these facts contain under another name. */
  readonly other?: JsonObject | undefined;
}

/** Complete response of a chat. */
export interface ChatResponse {
  /** Vendor's id of the response. */
  readonly id: string | undefined;
  /** Target that answered, as `provider/model`. */
  readonly target: string;
  /** Model that answered, by the vendor's name, such as `gpt-5.4-2026-03-05`; absent if the vendor does not report it. */
  readonly model?: string | undefined;
  /** Facts in the vendor's terms, such as the id of the request; absent if the provider reports none. */
  readonly vendor?: VendorFacts | undefined;
  /** Spec of the call. */
  readonly spec: string;
  /** Message to append to the transcript for the next call. */
  readonly message: AssistantMessage;
  /** Parts of `message`. */
  readonly parts: readonly AssistantPart[];
  /** Concatenation of all text parts. */
  readonly text: string;
  /** All tool calls, including those with `invalid` arguments. */
  readonly toolCalls: readonly ToolCallPart[];
  /** Reason for the end of the response. */
  readonly finish: FinishReason;
  /** Vendor's name for the reason. */
  readonly rawFinish: string | undefined;
  /** Details of a refusal or stop, if the vendor reports them. */
  readonly stopDetails?: StopDetails | undefined;
  /** Log probabilities of the text, if requested and supported. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
  /** Usage of the attempt that answered; `undefined` if the vendor reports none. For failed attempts, see `attempts`. */
  readonly usage: Usage | undefined;
  /** Settings that were dropped or changed for this target, and repairs. */
  readonly warnings: readonly Warning[];
  /** All attempts of the call, in order. The last attempt answered. */
  readonly attempts: readonly Attempt[];
}

/** Beginning of a part, before its content. */
export type PartHead =
  | { readonly type: 'text'; readonly isRefusal?: true | undefined }
  | { readonly type: 'reasoning' }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string };

/**
 * Event of one attempt, as a provider yields it. The order is: one `start`; for each part a `part-start`, its deltas and a
 * `part-end`; one `finish`. Several tool calls may be open at the same time. A vendor part, a vendor call, an image and audio have only
 * a `part-end`. A failure is thrown and is not an event. `index` counts the parts from 0.
 */
export type ModelEvent =
  | {
      readonly type: 'start';
      readonly target: string;
      /** Vendor's id of the response, not of the request. */
      readonly id: string | undefined;
      /** Model that answers, by the vendor's name, if the vendor reports it at the start. */
      readonly model?: string | undefined;
    }
  | { readonly type: 'part-start'; readonly index: number; readonly part: PartHead }
  | { readonly type: 'text-delta'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly index: number; readonly text: string }
  /** `json` is a fragment. The `part-end` has the complete, parsed arguments. */
  | { readonly type: 'args-delta'; readonly index: number; readonly json: string }
  | { readonly type: 'part-end'; readonly index: number; readonly part: AssistantPart }
  | { readonly type: 'warning'; readonly warning: Warning }
  | {
      readonly type: 'finish';
      readonly target: string;
      readonly reason: FinishReason;
      /** Vendor's name for the reason. */
      readonly raw: string | undefined;
      readonly usage: Usage | undefined;
      /** Model that answered; see `ChatResponse.model`. It replaces the model in `start`. */
      readonly model?: string | undefined;
      /** Facts in the vendor's terms; see `ChatResponse.vendor`. */
      readonly vendor?: VendorFacts | undefined;
      readonly stopDetails?: StopDetails | undefined;
      /** Log probabilities of the complete text. */
      readonly logprobs?: readonly TokenLogprob[] | undefined;
    };

/**
 * Event of a stream. After `reset`, the caller drops all parts since the last `start`, because `target` failed. Another attempt
 * follows. After `continued`, the caller keeps all parts, because `target` continues the parts of `from` without a new `start`.
 */
export type StreamEvent =
  | ModelEvent
  | { readonly type: 'reset'; readonly target: string; readonly error: LlmError }
  | { readonly type: 'continued'; readonly from: string; readonly target: string; readonly error: LlmError };
