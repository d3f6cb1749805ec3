import { atLeast, checkOptions as checkKinds, type KindsOf } from '@majordomo/core/toolkit';
import { LlmError, type ChatModel, type Clock, type Message } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { MeteredRequest, TokenMeter } from '../meter/token-meter.ts';

/** Options of `createCompactor`. */
export interface CompactorOptions {
  /** Model that writes the summaries, usually a cheap chain. */
  readonly summarizer: ChatModel;
  /**
   * Context size of the model that reads the transcript, in tokens, or a function that returns this size for a target. If the
   * function fails or returns `undefined`, 128,000 is used.
   */
  readonly contextTokens:
    | number
    | ((target: string | undefined) => number | undefined | Promise<number | undefined>);
  /**
   * Context size of the summarizer, in tokens. If it is smaller than the model's context, compaction may start earlier.
   * @default the model's context
   */
  readonly summarizerTokens?: number | undefined;
  /** Share of the context above which compaction starts, at least 64,000 tokens of a context of 128,000 or more. @default 0.5 */
  readonly threshold?: number | undefined;
  /**
   * Size of the unchanged end of the transcript as a share of the threshold, from 0.1 to 0.8. A larger end leaves too little to summarize.
   * @default 0.2
   */
  readonly tail?: number | undefined;
  /** Number of messages that stay unchanged at the beginning, after the instructions. @default 3 */
  readonly protectFirst?: number | undefined;
  /**
   * Minimum number of messages that remain unchanged at the end. Below 3 counts as 3, and above 8 as 8, because these messages have
   * any size and could fill the context. @default 8
   */
  readonly protectLast?: number | undefined;
  /**
   * Behavior if the summarizer fails, or if its summary is truncated or exceeds its limit. `keep` sends all messages. `note`
   * replaces the messages with excerpts, which need no model.
   * @default 'keep'
   */
  readonly whenSummaryFails?: 'keep' | 'note' | undefined;
  /** Redactor of all text that the summarizer reads and writes. @default createRedactor() */
  readonly redactor?: Redactor | undefined;
  /** Meter that estimates tokens. @default tokenMeter() */
  readonly meter?: TokenMeter | undefined;
  /** Listener that is called after every check. Errors that the listener throws are ignored. */
  readonly onEvent?: ((event: CompactionEvent) => void) | undefined;
  /** Clock for the pause after a failure, and for `Lineage.at`. @default the system clock */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** Summary, and the range of messages that it replaces: from index `from` up to, but not including, `to`. */
export interface Lineage {
  readonly from: number;
  readonly to: number;
  /** Estimated number of tokens in the request before the compaction. */
  readonly tokensBefore: number;
  /** Estimated number of tokens in the request after the compaction. */
  readonly tokensAfter: number;
  readonly summary: string;
  /** Time at which the summary was written, in ISO format and UTC. */
  readonly at: string;
}

/** Reason why nothing, or not everything, was summarized. */
export type SkipReason = 'fits' | 'protected' | 'thrash' | 'cooldown' | 'failed';

/** Outcome of a compaction check. */
export type CompactionEvent =
  | { readonly type: 'compacted'; readonly lineage: Lineage }
  | { readonly type: 'skipped'; readonly why: SkipReason; readonly error?: unknown };

/** Result of a compaction check. */
export interface Compaction {
  readonly messages: readonly Message[];
  /** New summary and the range that it replaces, or `undefined` if no summary was written. */
  readonly lineage: Lineage | undefined;
  /**
   * Reason why nothing was summarized; with a `lineage`, why the rest of a transcript that needs several summaries was not, so that the
   * messages may not fit. `fits`: the transcript is short enough. `protected`: all messages are protected. `thrash`:
   * summaries save too few tokens. `cooldown`: the summarizer failed recently. `failed`: the summarizer failed in this check.
   */
  readonly skipped: SkipReason | undefined;
}

/** Options of one compaction check. */
export interface CompactionRun extends Partial<Omit<MeteredRequest, 'messages'>> {
  /** Whether to summarize even if the transcript fits, summaries save little, or the summarizer just failed. @default false */
  readonly force?: boolean | undefined;
  /** Subject that receives about two thirds of the summary. @default the prompt quotes the latest user messages instead */
  readonly focus?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Target `provider/model` that reads the transcript. @default the target of the previous check */
  readonly target?: string | undefined;
}

/** Size of a transcript compared with its limits, and the number of its compactions. */
export interface ContextStatus {
  /** Estimated size of the transcript, in tokens. */
  readonly tokens: number;
  /** Size above which the transcript is summarized, in tokens. */
  readonly threshold: number;
  /** Size of the model's context, in tokens. */
  readonly contextTokens: number;
  /** Share of the context that the transcript uses. Above 1 if the transcript exceeds the context. */
  readonly share: number;
  readonly compactions: number;
}

const KINDS: KindsOf<CompactorOptions> = {
  summarizer: 'object',
  contextTokens: 'number or function',
  summarizerTokens: atLeast(1),
  threshold: 'number',
  tail: 'number',
  protectFirst: atLeast(0),
  protectLast: atLeast(0),
  whenSummaryFails: ['keep', 'note'],
  redactor: 'object with text',
  meter: 'object',
  onEvent: 'function',
  clock: 'object with now',
};

/** Throws `config` for invalid options. */
export function checkOptions(options: CompactorOptions): void {
  checkKinds('createCompactor', options, KINDS);
  const { summarizer, contextTokens, threshold, tail } = options;
  if (typeof (summarizer as Partial<ChatModel> | undefined)?.generate !== 'function') {
    throw new LlmError('config', 'summarizer: must be a model, such as majordomo.model(spec)', {
      path: 'summarizer',
    });
  }
  if (typeof contextTokens !== 'function' && !(contextTokens > 0)) {
    throw new LlmError('config', 'contextTokens: must be a number above 0, or a function', {
      path: 'contextTokens',
    });
  }
  checkShare(threshold, 'threshold');
  if (tail !== undefined && !(tail >= 0.1 && tail <= 0.8))
    throw new LlmError('config', `tail: must be from 0.1 to 0.8, not ${tail}`, { path: 'tail' });
}

function checkShare(share: number | undefined, path: string): void {
  if (share === undefined || (share > 0 && share <= 1)) return;
  throw new LlmError('config', `${path}: must be above 0 and at most 1, not ${share}`, { path });
}
