import type { Divergence } from '../traffic/answer.ts';

/** Calls that an experiment represents. */
export interface ReplaySample {
  /** Period of the calls, ISO 8601 in UTC. */
  readonly from: string;
  readonly to: string;
  /** Finished chats of the period. */
  readonly traffic: number;
  /** Chats of the period that the sample represents. */
  readonly represented: number;
  /** Units of the estimate. A near duplicate is a unit that copies the result of another one. */
  readonly units: number;
  /** Calls that are answered, without near duplicates. */
  readonly distinct: number;
  readonly conversations: number;
  /** Calls that cannot be replayed, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
  /** Calls whose request contains redacted values. */
  readonly redacted: number;
  /** Kinds of calls with their share of the traffic, from 0 to 1. */
  readonly kinds: readonly { readonly kind: string; readonly share: number; readonly units: number }[];
}

/** Models that an experiment compares. */
export interface ReplayModels {
  /** Targets that answered the recorded calls, the most frequent first. */
  readonly present: readonly string[];
  /** Chain of the candidate. `undefined`: the recorded names, with another request. */
  readonly candidate: string | undefined;
}

/** Value with its 95 % interval and the number of units. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Report of an experiment. Equal stored answers give equal reports, except for `at`. */
export interface ReplayReport {
  readonly format: 'majordomo-replay-report/1';
  readonly name: string;
  readonly models: ReplayModels;
  /** Whether the calls are complete runs, whose cost and times are compared with the control. */
  readonly follow: boolean;
  /** Time of the report, ISO 8601 in UTC. */
  readonly at: string;
  /**
   * `incomplete`: units have no result yet. Otherwise `fail`: a rule is broken, `pass`: every rule is met, or `inconclusive`: a rule is
   * undecided.
   */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'incomplete';
  /** One sentence with all figures. */
  readonly summary: string;
  readonly warnings: readonly string[];
  readonly rules: readonly ReplayRule[];
  /** 1 + share of better answers − share of worse answers. 1 means as good as the recorded answers. `undefined` without any result. */
  readonly quality: Estimate | undefined;
  readonly worse: Estimate | undefined;
  readonly better: Estimate | undefined;
  /** The present model, compared with its own recorded answers. */
  readonly control: { readonly quality: Estimate; readonly worse: Estimate } | undefined;
  /** `undefined` if no cost is known, if the present model costs nothing, or if one conversation has most of its cost. */
  readonly cost: ReplayCost | undefined;
  readonly latency: ReplayLatency | undefined;
  readonly kinds: readonly ReplayKind[];
  readonly divergences: readonly (Divergence & {
    readonly calls: number;
    readonly worse: number;
    readonly examples: readonly string[];
  })[];
  /** Number of answers that failed for a reason of the model, by error kind, finish reason or format. */
  readonly failures: Readonly<
    Record<string, { readonly candidate: number; readonly recorded: number; readonly control: number }>
  >;
  readonly judge: ReplayJudgment | undefined;
  readonly sample: ReplaySample;
  /** Units without a result. */
  readonly missing: number;
  /** Cost of the experiment so far, in nano-USD, as a decimal integer. */
  readonly spentNanoUsd: string;
  /** Calls that were in flight when a process ended, with their maximum cost in nano-USD. */
  readonly lost: { readonly calls: number; readonly maxNanoUsd: string };
}

/** Rule of the experiment with its result. */
export interface ReplayRule {
  readonly name: 'min-quality' | 'max-cost';
  readonly bound: number;
  readonly estimate: Estimate | undefined;
  /** `met` or `broken`: the complete interval is on one side of the bound. */
  readonly result: 'met' | 'broken' | 'undecided';
  /** Likely number of calls that decides an undecided rule. `undefined` if the estimate is too close to the bound. */
  readonly callsNeeded?: number | undefined;
}

/** Cost of the candidate relative to the present model. */
export interface ReplayCost {
  /** Ratio of the costs of the traffic, with the recorded share of cached input. */
  readonly ratio: Estimate;
  /** Ratio without cache reads. */
  readonly uncachedRatio: number;
  /** Ratio at the batch prices of both models. `undefined` if one of them has no batch price. */
  readonly batchRatio: number | undefined;
  /** Mean cost of a call of the traffic, in nano-USD. */
  readonly presentNanoUsd: string;
  readonly candidateNanoUsd: string;
}

/** Differences of latency in milliseconds. */
export interface ReplayLatency {
  /** Source of the times with which the candidate is compared: answers of the control in this run, or recorded times. */
  readonly than: 'control' | 'recorded';
  /** Difference at each percentile. `first`: time to the first content. */
  readonly differences: Readonly<Record<'firstP50' | 'firstP95' | 'p50' | 'p95', Estimate | undefined>>;
}

/** Result of one kind of calls. */
export interface ReplayKind {
  readonly kind: string;
  /** Share of the traffic, from 0 to 1. */
  readonly share: number;
  readonly quality: Estimate;
  /** Probability of such a loss by chance, corrected for the number of kinds. `isWorse` is whether it is at most 0.1. */
  readonly p: number;
  readonly isWorse: boolean;
  /** Kinds of difference of the worse answers and their counts, most frequent first, such as `{ 'field /total differs': 14 }`. */
  readonly differences: Readonly<Record<string, number>>;
  /** Ids of at most three units of different conversations whose answers are worse. */
  readonly examples: readonly string[];
}

/** Reliability of the judge. */
export interface ReplayJudgment {
  readonly models: readonly string[];
  /** Pairs that a model or a function judged, near duplicates included. */
  readonly pairs: number;
  /** Pairs for which each judge has the same verdict in both orders. */
  readonly agreed: number;
  /** Pairs for which a judge has different verdicts in both orders, or none. */
  readonly doubtful: number;
  /** Pairs of these that a person has decided. */
  readonly labels: number;
  /** Share of clear verdicts that agree with the labels of people. */
  readonly agreement: Estimate | undefined;
}

/** Plan of an experiment. Costs are decimal nano-USD. */
export interface ReplayPlan {
  readonly format: 'majordomo-replay-plan/1';
  readonly name: string;
  /** Calls to send: for the candidate, for the control, and at most for the judges. With `follow`, as many as the recorded runs have. */
  readonly calls: { readonly candidate: number; readonly control: number; readonly judge: number };
  readonly sample: ReplaySample;
  /** Likely cost: recorded usage at the prices of the targets, and two calls of each judge for 60 % of the pairs. */
  readonly likelyNanoUsd: string;
  /** Maximum cost: answers of maximum length, and two calls of each judge for every pair, each with one repair if it is live. */
  readonly maxNanoUsd: string;
  /** Maximum cost of one answer or verdict, which the budget must cover before the first call. */
  readonly maxCallNanoUsd: string;
  /** Likely half width of the 95 % interval of the quality. */
  readonly precision: number;
  /** Probability that a candidate that is as good as the present model meets `minQuality`. */
  readonly power: number;
  /** Smallest half width that the traffic allows. */
  readonly bestPrecision: number;
  readonly warnings: readonly string[];
}
