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

export const ASSUMED_CONTEXT = 128_000;

const MIN_THRESHOLD = 64_000;
const MIN_SUMMARY = 2000;
const MAX_SUMMARY = 12_000;
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
  const threshold = Math.floor(
    Math.min(contextTokens, Math.max(share * contextTokens, least), summarizerTokens * SUMMARIZER_SHARE),
  );
  return {
    contextTokens,
    threshold,
    tail: Math.floor(threshold * Math.min(0.8, Math.max(0.1, tail))),
    summary: Math.floor(
      Math.min(MAX_SUMMARY, Math.max(0.05 * contextTokens, Math.min(MIN_SUMMARY, threshold / 4))),
    ),
  };
}

/** Returns the maximum length of a summary of `summarized` tokens, in tokens. */
export function summaryTokens(summarized: number, { summary }: Bounds): number {
  const proportional = Math.max(MIN_SUMMARY, summarized / 5);
  // A summary must be shorter than the messages that it replaces.
  return Math.max(50, Math.floor(Math.min(summary, proportional, summarized / 2)));
}
