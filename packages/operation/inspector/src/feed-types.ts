import type { Usage } from '@majordomo/core';
import type { PlannedChain } from './options.ts';

// Messages to the page are JSON without secrets. Undefined members are omitted. Times are epoch milliseconds of the server.
// The types are in the order of the page's views.

/** First message of a connection. */
export interface FeedHello {
  /** Identifier of the server process. A new identifier means that earlier calls are no longer stored. */
  readonly boot: string;
  readonly now: number;
  /** Maximum number of stored calls. */
  readonly keep: number;
  readonly hasLedger: boolean;
  readonly showsContent: boolean;
  /** Names of the router's presets. */
  readonly presets: readonly string[];
  /** Names in the option `models`. */
  readonly models: readonly string[];
  readonly hasAdmin: boolean;
  readonly hasMcp: boolean;
  readonly hasPlayground: boolean;
}

/** Current state of a call. */
export interface FeedCall {
  readonly id: string;
  /** Number of the call in this inspector, starting at 1. */
  readonly n: number;
  readonly spec: string;
  readonly operation: string;
  readonly tenant?: string | undefined;
  /** Id of the virtual key. */
  readonly key?: string | undefined;
  /** `x-request-id` of the gateway's response. */
  readonly requestId?: string | undefined;
  /** Metadata as JSON, truncated to a maximum length. */
  readonly metadata?: string | undefined;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly outcome: CallOutcome;
  /** Targets of the resolved chain. */
  readonly targets: readonly string[];
  /** Arms that splits chose, by name. */
  readonly arms?: Readonly<Record<string, string>> | undefined;
  /** Target whose response the call returned. */
  readonly answeredBy?: string | undefined;
  /** Time from the start of the call to its first content, in milliseconds. */
  readonly firstMs?: number | undefined;
  readonly tries: readonly FeedAttempt[];
  readonly events: readonly FeedEvent[];
  /** Number of events that were dropped because the call has too many events. */
  readonly leftOut?: number | undefined;
  /** Sum of the tokens that vendors reported for the call's attempts. */
  readonly usage?: FeedUsage | undefined;
  readonly finish?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly error?: FeedError | undefined;
  /** Whether the prompt or the response is stored. */
  readonly hasContent?: boolean | undefined;
}

/** `refused`: the request never became a call. Only the call log contains such requests. */
export type CallOutcome = 'running' | 'finished' | 'failed' | 'abandoned' | 'refused';

/** Attempt of a call, or target that the call skipped. */
export interface FeedAttempt {
  readonly target: string;
  /** Number of the attempt on this target, starting at 1. Absent for a skipped target. */
  readonly attempt?: number | undefined;
  /** Time since the start of the call, in milliseconds. */
  readonly at: number;
  /** Duration in milliseconds. Absent for a running attempt. */
  readonly ms?: number | undefined;
  readonly outcome: CallOutcome | 'skipped';
  /** Time from the start of the call to the attempt's first content, in milliseconds. */
  readonly firstAt?: number | undefined;
  /** Reason why the target was skipped. */
  readonly why?: string | undefined;
  /** End of the bench because of which the target was skipped. Absent if the bench has no end. */
  readonly until?: number | undefined;
  readonly error?: FeedError | undefined;
  readonly retryInMs?: number | undefined;
  readonly usage?: FeedUsage | undefined;
  readonly vendor?: string | undefined;
  /** Model that answered, by the vendor's name. */
  readonly responseModel?: string | undefined;
  /** Innermost alias or resolved name that led to the target. */
  readonly name?: string | undefined;
}

export interface FeedEvent {
  readonly type: string;
  /** Time since the start of the call, in milliseconds. */
  readonly at: number;
  readonly target?: string | undefined;
  readonly detail?: string | undefined;
}

/** Numbers of tokens. */
export type FeedUsage = Partial<Pick<Usage, 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'reasoning'>>;

export interface FeedError {
  readonly kind: string;
  readonly message: string;
  /** Names and values of further details of the error, such as its status. */
  readonly facts: readonly (readonly [string, string])[];
  /** Body of the vendor's response. */
  readonly body?: string | undefined;
  /** Causes of the error, one line each, starting with the direct cause. */
  readonly causes: readonly string[];
}

export interface FeedContent {
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  readonly answer?: string | undefined;
}

/** Cost of a call. Amounts are decimal strings in nano-USD. */
export interface FeedCost {
  readonly nanoUsd?: string | undefined;
  /** Number of attempts whose price is unknown. */
  readonly unpriced: number;
}

export interface FeedSpending {
  /** Start of each period in epoch milliseconds, oldest first. */
  readonly at: readonly number[];
  readonly rows: readonly FeedSpendingRow[];
}

export interface FeedSpendingRow {
  /** Value of the dimension by which the spending is grouped, such as a tenant or a model. */
  readonly key: string;
  readonly nanoUsd: string;
  readonly calls: number;
  readonly attempts: number;
  readonly failed: number;
  readonly input: number;
  readonly output: number;
  readonly unpriced: number;
  /** Amount saved by reading prompt caches, in nano-USD. */
  readonly cacheSaved: string;
  /** Extra cost of writing prompt caches, in nano-USD. */
  readonly cacheExtra: string;
  /** `cacheSaved` minus `cacheExtra`, in nano-USD. */
  readonly cacheNet: string;
  /** Cost in each period, in nano-USD. */
  readonly over: readonly string[];
}

export interface FeedLimit {
  readonly name: string;
  /** Values of the dimensions by which the limit is divided, such as `tenant=acme`; `''` if it is not divided. */
  readonly key: string;
  readonly per: string;
  readonly unit: 'usd' | 'tokens' | 'requests' | 'calls';
  readonly max: string;
  readonly used: string;
  /** Amount that attempts in progress have reserved. */
  readonly held: string;
  readonly left: string;
  readonly resetsAt?: number | undefined;
  /** Time at which the limit will be used up at its recent rate. Absent if the rate is unknown. */
  readonly emptyAt?: number | undefined;
}

export interface FeedHealth {
  readonly target: string;
  readonly state: 'healthy' | 'benched' | 'probing';
  readonly failures: number;
  readonly benches: number;
  /** End of the bench in epoch milliseconds. Absent if the target is not benched or the bench has no end. */
  readonly until?: number | undefined;
  /** Whether the bench lasts until the target is released manually. */
  readonly forever?: boolean | undefined;
  /** Number of benched credentials. */
  readonly restingKeys: number;
  /** ISO date on which the target's model is retired, if the date is near or past. */
  readonly retires?: string | undefined;
  /** Id of the model that the vendor recommends instead. */
  readonly successor?: string | undefined;
}

/** Targets to which a chain specification resolves. */
export interface FeedResolvedSpec {
  readonly targets: readonly FeedTarget[];
  readonly plan?: FeedPlan | undefined;
}

export interface FeedTarget {
  readonly target: string;
  readonly vendor?: string | undefined;
  readonly billing?: string | undefined;
  /** Known capabilities of the model, as text. */
  readonly can: readonly string[];
  readonly health?: FeedHealth | undefined;
}

/** Plan of a router, with amounts as decimal strings. */
export interface FeedPlan extends Omit<PlannedChain, 'candidates'> {
  readonly candidates: readonly (Omit<PlannedChain['candidates'][number], 'estimateNanoUsd'> & {
    readonly estimateNanoUsd: string | undefined;
  })[];
}

/** One line of the playground's response. */
export type PlayLine =
  | { readonly type: 'text'; readonly text: string }
  /** Discards the text that was received, because another target answers. */
  | { readonly type: 'reset' }
  | {
      readonly type: 'end';
      readonly target?: string | undefined;
      readonly error?: string | undefined;
      readonly attempts: readonly {
        readonly target: string;
        readonly outcome: string;
        readonly reason?: string | undefined;
      }[];
    };
