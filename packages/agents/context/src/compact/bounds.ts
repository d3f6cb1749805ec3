import type { CompactorOptions } from './options.ts';

/** Limits of compaction, in tokens. */
export interface Bounds {
  readonly contextTokens: number;
  /** Size in tokens above which a transcript is compacted. */
  readonly threshold: number;
  /** Number of tokens at the end of the transcript that remain unchanged. */
  readonly tail: number;
  /** Maximum number of tokens of a summary. */
  readonly summary: number;
}

/** Context size that is assumed if the size of the model is unknown, in tokens. */
export const ASSUMED_CONTEXT = 128_000;

/** Minimum threshold of models with a context of at least `ASSUMED_CONTEXT`, in tokens. */
const MIN_THRESHOLD = 64_000;
// Maximum length of a summary in tokens: a share of the context within these bounds, and less if the threshold is small.
const SUMMARY_SHARE = 0.05;
const MIN_SUMMARY = 2000;
const MAX_SUMMARY = 12_000;
/** Lowest limit of a summary, as a share of the threshold, if the threshold is small. */
const MIN_SUMMARY_SHARE = 0.25;
/**
 * Length of a summary, as a share of the messages that it replaces, and its bounds: less than the messages, and a few sentences.
 */
const COMPRESSION = 0.2;
const MAX_COMPRESSION = 0.5;
const FEW_SENTENCES = 50;
/** Share of the summarizer's context that the transcript may use. The prompt and the summary use the rest. */
const SUMMARIZER_SHARE = 0.7;

/** Returns the compaction limits for a context size, in tokens. */
export function boundsOf(
  contextTokens: number,
  {
    threshold: share = 0.5,
    tail = 0.2,
    summarizerTokens = Infinity,
  }: Omit<Partial<CompactorOptions>, 'contextTokens'>,
): Bounds {
  const least = contextTokens >= ASSUMED_CONTEXT ? MIN_THRESHOLD : 0;
  const wanted = Math.max(share * contextTokens, least);
  const threshold = Math.floor(Math.min(contextTokens, wanted, summarizerTokens * SUMMARIZER_SHARE));
  const minSummary = Math.min(MIN_SUMMARY, threshold * MIN_SUMMARY_SHARE);
  const summary = Math.min(MAX_SUMMARY, Math.max(SUMMARY_SHARE * contextTokens, minSummary));
  return {
    contextTokens,
    threshold,
    tail: Math.floor(threshold * tail),
    summary: Math.floor(summary),
  };
}

/** Returns the maximum length of a summary of `summarized` tokens, in tokens. */
export function summaryTokens(summarized: number, { summary }: Bounds): number {
  const proportional = Math.max(MIN_SUMMARY, summarized * COMPRESSION);
  return Math.max(FEW_SENTENCES, Math.floor(Math.min(summary, proportional, summarized * MAX_COMPRESSION)));
}
