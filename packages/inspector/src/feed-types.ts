/** What the page is told: plain JSON, without secrets; `undefined` members are absent. Times are epoch ms of the server's clock. */

/** A call as far as it has come. */
export interface ToldCall {
  readonly id: string;
  /** Counts the calls of this inspector, from 1. */
  readonly n: number;
  readonly spec: string;
  readonly operation: string;
  readonly tenant?: string | undefined;
  /** As JSON, cut. */
  readonly metadata?: string | undefined;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
  readonly outcome: CallOutcome;
  /** The chain as it was resolved. */
  readonly targets: readonly string[];
  /** Who answered. */
  readonly answeredBy?: string | undefined;
  /** From the call's start to the first content that was shown. */
  readonly firstMs?: number | undefined;
  readonly tries: readonly ToldTry[];
  readonly events: readonly ToldEvent[];
  /** Of events and attempts of a call that has very many. */
  readonly leftOut?: number | undefined;
  /** Of all attempts together, as far as vendors told. */
  readonly usage?: ToldUsage | undefined;
  readonly finish?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly error?: ToldError | undefined;
  /** Prompt and answer are there to be asked for. */
  readonly hasContent?: boolean | undefined;
}

export type CallOutcome = 'running' | 'finished' | 'failed' | 'abandoned';

/** One attempt, or a target that was passed over. */
export interface ToldTry {
  readonly target: string;
  /** Of this target, from 1; absent: passed over. */
  readonly attempt?: number | undefined;
  /** Milliseconds since the call began. */
  readonly at: number;
  readonly ms?: number | undefined;
  readonly outcome: CallOutcome | 'skipped';
  /** When its first content was shown, since the call began. */
  readonly firstAt?: number | undefined;
  /** Why it was passed over. */
  readonly why?: string | undefined;
  readonly until?: number | undefined;
  readonly error?: ToldError | undefined;
  readonly retryInMs?: number | undefined;
  readonly usage?: ToldUsage | undefined;
  readonly vendor?: string | undefined;
  readonly name?: string | undefined;
}

export interface ToldEvent {
  readonly type: string;
  /** Milliseconds since the call began. */
  readonly at: number;
  readonly target?: string | undefined;
  readonly detail?: string | undefined;
}

export interface ToldUsage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
}

export interface ToldError {
  readonly kind: string;
  readonly message: string;
  /** Name and value of all that is known besides. */
  readonly facts: readonly (readonly [string, string])[];
  /** The vendor's answer. */
  readonly body?: string | undefined;
  /** What it was caused by, the nearest first. */
  readonly causes: readonly string[];
}

export interface ToldHealth {
  readonly target: string;
  readonly state: 'healthy' | 'benched' | 'probing';
  readonly failures: number;
  readonly benches: number;
  /** Absent: no end, or not benched. */
  readonly until?: number | undefined;
  /** Until somebody puts it back. */
  readonly forever?: boolean | undefined;
  /** Credentials of it that rest. */
  readonly restingKeys: number;
}

/** The first message of a connection. */
export interface ToldHello {
  /** Another one: another process, nothing of before counts. */
  readonly boot: string;
  readonly now: number;
  readonly keep: number;
  readonly hasLedger: boolean;
  readonly showsContent: boolean;
  /** Names of the router. */
  readonly presets: readonly string[];
}

export interface ToldContent {
  readonly asked: readonly { readonly role: string; readonly text: string }[];
  readonly answer?: string | undefined;
}

/** Amounts are decimal text, in nano-USD. */
export interface ToldCost {
  readonly nanoUsd?: string | undefined;
  /** Attempts whose price is not known. */
  readonly unpriced: number;
}

export interface ToldLimit {
  readonly name: string;
  readonly key: string;
  readonly per: string;
  readonly unit: 'usd' | 'tokens' | 'requests';
  readonly max: string;
  readonly used: string;
  readonly held: string;
  readonly left: string;
  readonly resetsAt?: number | undefined;
  readonly emptyAt?: number | undefined;
}

export interface ToldSpending {
  /** The periods, oldest first, as epoch ms of their begin. */
  readonly at: readonly number[];
  readonly rows: readonly ToldSpendingRow[];
}

export interface ToldSpendingRow {
  readonly key: string;
  readonly nanoUsd: string;
  readonly calls: number;
  readonly attempts: number;
  readonly failed: number;
  readonly input: number;
  readonly output: number;
  readonly unpriced: number;
  /** Nano-USD for each of the periods. */
  readonly over: readonly string[];
}

export interface ToldTarget {
  readonly target: string;
  readonly vendor?: string | undefined;
  readonly billing?: string | undefined;
  readonly can: readonly string[];
  readonly health?: ToldHealth | undefined;
}

export interface ToldPlan {
  readonly chain: string;
  readonly reason: string;
  readonly candidates: readonly {
    readonly target: string;
    readonly score: number;
    readonly parts: Readonly<Record<string, number>>;
    readonly estimateNanoUsd?: string | undefined;
  }[];
  readonly rejected: readonly { readonly target: string; readonly why: string }[];
  readonly warnings: readonly string[];
}

export interface ToldMeaning {
  readonly targets: readonly ToldTarget[];
  readonly plan?: ToldPlan | undefined;
}
