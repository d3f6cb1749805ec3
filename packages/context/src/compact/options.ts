import { checkOptions as checkKinds, type KindsOf } from '@majordomo/core/toolkit';
import { LlmError, type ChatModel, type Clock, type Message } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { MeteredRequest, TokenMeter } from '../meter/token-meter.ts';

/** Options of `createCompactor`. */
export interface CompactorOptions {
  /** Writes the summaries: a cheap chain. */
  readonly summarizer: ChatModel;
  /** Tokens of the model that will read the transcript; 128,000 is assumed until it is known. */
  readonly contextTokens:
    number | ((target: string | undefined) => number | undefined | Promise<number | undefined>);
  /** Tokens of the model that summarizes, where it can take less at once: then it begins earlier. */
  readonly summarizerTokens?: number | undefined;
  /** Share of the context at which it begins. Default 0.5; from 128,000 tokens of context on never below 64,000. */
  readonly threshold?: number | undefined;
  /** Share of the threshold that stays unchanged at the end, limited to 0.1 to 0.8. @default 0.2 */
  readonly tail?: number | undefined;
  /** So many messages stay at the beginning, besides instructions. Default 3. */
  readonly protectFirst?: number | undefined;
  /** So many messages stay at the end, however long they are: no more than 8, no less than 3. Default 20. */
  readonly protectLast?: number | undefined;
  /**
   * Behavior if the summarizer fails. A summary that was cut or exceeds its limit is a failure. `keep`: all messages
   * stay. `note`: excerpts that need no model replace them.
   * @default 'keep'
   */
  readonly whenSummaryFails?: 'keep' | 'note' | undefined;
  /** Runs over all that the summarizer reads and writes. Default: `createRedactor()`. */
  readonly redactor?: Redactor | undefined;
  /** Default: `tokenMeter()`. */
  readonly meter?: TokenMeter | undefined;
  /** Called for every check of a transcript. Errors are ignored. */
  readonly onEvent?: ((event: CompactionEvent) => void) | undefined;
  /** For how long a failed summarizer is left alone, and for dates. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** Summarized range: messages `from` up to, but not including, `to` of the input. */
export interface Lineage {
  readonly from: number;
  readonly to: number;
  /** Tokens of the request before and after. */
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly summary: string;
  /** ISO, UTC. */
  readonly at: string;
}

/** Why nothing was summarized. */
export type SkipReason = 'fits' | 'protected' | 'thrash' | 'cooldown' | 'failed';

/** Outcome of a check. */
export type CompactionEvent =
  | { readonly type: 'compacted'; readonly lineage: Lineage }
  | { readonly type: 'skipped'; readonly why: SkipReason; readonly error?: unknown };

/** Messages to send, and how they were made. */
export interface Compaction {
  readonly messages: readonly Message[];
  /** Set if a new summary was made. */
  readonly lineage: Lineage | undefined;
  /** `fits`: there is room; `protected`: nothing may go; `thrash`: it does not help; `cooldown`: the summarizer failed lately; `failed`: just now. */
  readonly skipped: SkipReason | undefined;
}

/** How a transcript is looked at. */
export interface CompactionRun extends Partial<Pick<MeteredRequest, 'system' | 'tools'>> {
  /** Also when it fits, when it did not help lately, and when the summarizer failed lately. */
  readonly force?: boolean | undefined;
  /** Subject that the summary must cover first. */
  readonly focus?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `provider/model` that will read it. Default: that of the run before. */
  readonly target?: string | undefined;
}

/** How full it is. */
export interface ContextStatus {
  readonly tokens: number;
  readonly threshold: number;
  readonly contextTokens: number;
  /** Share of the context; above 1 if it is exceeded. */
  readonly share: number;
  readonly compactions: number;
}

const KINDS: KindsOf<CompactorOptions> = {
  summarizer: 'object',
  contextTokens: 'number or function',
  summarizerTokens: 1,
  threshold: 'number',
  tail: 'number',
  protectFirst: 0,
  protectLast: 0,
  whenSummaryFails: ['keep', 'note'],
  redactor: 'object with text',
  meter: 'object',
  onEvent: 'function',
  clock: 'object with now',
};

/** Throws `config` for what cannot be meant. */
export function checkOptions(options: CompactorOptions): void {
  checkKinds('createCompactor', options, KINDS);
  const { summarizer, contextTokens, threshold, tail } = options;
  // Untyped code finds out here, and not when the context is full.
  if (typeof (summarizer as Partial<ChatModel> | undefined)?.generate !== 'function') {
    throw new LlmError('config', 'summarizer must be what majordomo.model(spec) gives', {
      path: 'summarizer',
    });
  }
  if (typeof contextTokens !== 'function' && !(contextTokens > 0)) {
    throw new LlmError('config', 'contextTokens must be a number above 0, or a function', {
      path: 'contextTokens',
    });
  }
  checkShare(threshold, 'threshold');
  checkShare(tail, 'tail');
}

function checkShare(share: number | undefined, path: string): void {
  if (share === undefined || (share > 0 && share <= 1)) return;
  throw new LlmError('config', `${path} must be above 0 and at most 1, not ${share}`, { path });
}
