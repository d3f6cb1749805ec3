import { estimateTokens } from '@majordomo/catalog/tokens';
import { listeners, systemClock, type Clock, type Message } from '@majordomo/core';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { repairPairs } from '../transcript/repair-pairs.ts';
import { prune } from '../transcript/prune.ts';
import { summaryTokens } from './bounds.ts';
import { replacementFor } from './replacement.ts';
import { Conversations, newRecord, viewOf, type ConversationRecord } from './conversations.ts';
import { cooldownAfter } from './cooldown.ts';
import { TranscriptMeasurer, weightOf, type TranscriptMeasurement } from './measure-transcript.ts';
import { excerptNote } from './excerpt-note.ts';
import {
  checkOptions,
  type Compaction,
  type CompactionEvent,
  type CompactionRun,
  type CompactorOptions,
  type ContextStatus,
  type Lineage,
  type SkipReason,
} from './options.ts';
import { lastUserMessage, planOf, shortenPlan, type Plan } from './plan.ts';
import { StepUsage, type StepContext } from './step-usage.ts';
import { summaryOf } from './summary-message.ts';
import { summarize, SUMMARY_MARGIN, type SummaryInput } from './summarize.ts';

/**
 * Transcript compactor that stores a bounded number of summaries. A compactor does not change its input and does not separate
 * tool calls from their results. The last user message always remains unchanged.
 */
export interface Compactor {
  /**
   * Returns the messages to send, for `createAgent`'s option `compact`. Throws only if aborted. If `context.overflow` is set,
   * compacts even a transcript that fits.
   */
  readonly compact: (messages: readonly Message[], context?: object) => Promise<readonly Message[]>;
  /** Checks a transcript, and summarizes the transcript if it is too long. Throws only if aborted. */
  run(messages: readonly Message[], options?: CompactionRun): Promise<Compaction>;
  /** Returns the size of a transcript in which the existing summaries replace messages. Does not create a summary. */
  status(messages: readonly Message[], options?: CompactionRun): Promise<ContextStatus>;
  /** Removes all summaries, and ends the pause that follows a summarizer failure. */
  reset(): void;
}

/** Creates a compactor. Throws `config` for invalid options, such as a `threshold` above 1. */
export function createCompactor(options: CompactorOptions): Compactor {
  checkOptions(options);
  const engine = new Engine(options);
  return {
    compact: (messages, context = {}) => engine.compact(messages, context),
    run: (messages, run = {}) => engine.run(messages, run),
    status: (messages, run = {}) => engine.status(messages, run),
    reset: () => {
      engine.reset();
    },
  };
}

interface Inspection extends TranscriptMeasurement {
  readonly original: readonly Message[];
  /** Messages to send, in which existing summaries replace the messages that they cover. */
  readonly view: readonly Message[];
  readonly known: ConversationRecord | undefined;
  readonly run: CompactionRun;
}

/** Number of consecutive summaries with small savings after which a transcript that fits into the context is no longer summarized. */
const MAX_INEFFECTIVE = 2;
/** Factor by which a prompt may have more tokens than estimated. */
const ESTIMATE_MARGIN = 1.2;

interface CompactionPass {
  readonly compaction: Compaction;
  /** Whether the summary covers only some of the planned messages, because not all of them fit into one prompt. */
  readonly isPart?: boolean;
}

/** Maximum number of summaries that one check writes. */
const MAX_PASSES = 20;

class Engine {
  private readonly options: CompactorOptions;
  private readonly redactor: Redactor;
  private readonly clock: Pick<Clock, 'now'>;
  private readonly measurer: TranscriptMeasurer;
  private readonly usage: StepUsage;
  private readonly conversations = new Conversations();
  /** Time before which the summarizer is called for no conversation, in epoch milliseconds. */
  private restsUntil = -Infinity;

  constructor(options: CompactorOptions) {
    this.options = options;
    this.redactor = options.redactor ?? createRedactor();
    this.clock = options.clock ?? systemClock;
    this.measurer = new TranscriptMeasurer(options);
    this.usage = new StepUsage(this.measurer.meter);
  }

  async compact(messages: readonly Message[], context: StepContext): Promise<readonly Message[]> {
    this.usage.observeLastStep(context);
    const { request, signal, target, overflow } = context;
    const force = overflow !== undefined;
    const { system, tools, output } = request ?? {};
    const run = { system, tools, output, signal, target, force };
    const result = await this.run(messages, run);
    const sent =
      force && (await this.isTooLong(result, run))
        ? this.pruneAndStore(messages, result.messages)
        : result.messages;
    this.usage.recordRequest(context, sent);
    return sent;
  }

  /** Compacts the transcript. If its messages do not fit into one prompt, summarizes them in up to `MAX_PASSES` prompts. */
  async run(original: readonly Message[], run: CompactionRun): Promise<Compaction> {
    let { compaction, isPart } = await this.pass(original, run);
    for (
      let passes = 1;
      isPart === true && compaction.lineage !== undefined && passes < MAX_PASSES;
      passes++
    ) {
      const { tokensBefore } = compaction.lineage;
      // The first pass has fulfilled `force`. Further passes end as soon as the transcript fits.
      const next = await this.pass(original, { ...run, force: false });
      const { lineage, skipped } = next.compaction;
      if (lineage === undefined) return { ...compaction, skipped: skipped === 'fits' ? undefined : skipped };
      compaction = { ...next.compaction, lineage: { ...lineage, tokensBefore } };
      ({ isPart } = next);
    }
    return compaction;
  }

  private async pass(original: readonly Message[], run: CompactionRun): Promise<CompactionPass> {
    const inspection = await this.inspect(original, run);
    const why = this.skipReason(inspection);
    if (why !== undefined) return { compaction: this.skip(inspection, why) };
    const plan = this.planFor(inspection);
    if (plan === undefined) return { compaction: this.skip(inspection, 'protected') };
    try {
      const { summarizer: model } = this.options;
      const { redactor } = this;
      const { text, count } = await summarize(
        this.summaryInput(inspection, plan),
        { model, redactor },
        run.signal,
      );
      const part = shortenPlan(plan, inspection.view, count);
      return { compaction: this.applySummary(inspection, part, text), isPart: part.to < plan.to };
    } catch (error) {
      if (run.signal?.aborted === true) throw error;
      return { compaction: this.handleFailure(inspection, plan, error) };
    }
  }

  async status(messages: readonly Message[], run: CompactionRun): Promise<ContextStatus> {
    const { tokens, bounds, known, view } = await this.inspect(messages, run);
    const { threshold, contextTokens } = bounds;
    const compactions =
      known?.compactions ?? view.filter((message) => summaryOf(message) !== undefined).length;
    return { tokens, threshold, contextTokens, share: tokens / contextTokens, compactions };
  }

  reset(): void {
    this.conversations.clear();
    this.restsUntil = -Infinity;
  }

  private async inspect(original: readonly Message[], run: CompactionRun): Promise<Inspection> {
    const known = this.conversations.find(original);
    const view = viewOf(original, known);
    return { ...(await this.measurer.measure(view, run)), original, view, known, run };
  }

  private skipReason({ run, tokens, bounds, isWithin, known }: Inspection): SkipReason | undefined {
    if (run.force === true) return undefined;
    if (tokens <= bounds.threshold && isWithin) return 'fits';
    if (isWithin && (known?.ineffective ?? 0) >= MAX_INEFFECTIVE) return 'thrash';
    const restsUntil = Math.max(this.restsUntil, known?.restsUntil ?? -Infinity);
    return this.clock.now() < restsUntil ? 'cooldown' : undefined;
  }

  private planFor(inspection: Inspection): Plan | undefined {
    const { protectFirst: first = 3, protectLast: last = 8 } = this.options;
    const { view, bounds, weigh, tokens, run } = inspection;
    // If `force` is set, use a tail smaller than the transcript. If all messages fit into the tail, nothing is summarized.
    const tail =
      run.force === true ? Math.min(bounds.tail, (bounds.tail / bounds.threshold) * tokens) : bounds.tail;
    const plan = planOf(view, { first, last, tail }, weigh);
    if (plan === undefined) return undefined;
    // Less than a tenth of the transcript is not worth a call of the summarizer.
    const isWorth = run.force === true || weightOf(plan.fresh, weigh) * 10 >= tokens;
    return isWorth ? plan : undefined;
  }

  private summaryInput({ bounds, weigh, run }: Inspection, { fresh, previous }: Plan): SummaryInput {
    const summarized = weightOf(fresh, weigh) + estimateTokens(previous ?? '');
    const tokens = summaryTokens(summarized, bounds);
    const most = this.options.summarizerTokens ?? bounds.contextTokens;
    const promptTokens = Math.floor((most - tokens * SUMMARY_MARGIN) / ESTIMATE_MARGIN);
    return { fresh, previous, focus: run.focus, tokens, promptTokens };
  }

  private applySummary(inspection: Inspection, plan: Plan, summary: string): Compaction {
    const { original, view, known, weigh, tokens } = inspection;
    const replacement = replacementFor(view, plan, summary);
    const tail = view.slice(plan.to);
    const before = weightOf(view, weigh);
    const saved = weightOf(view.slice(0, plan.to), weigh) - weightOf(replacement, weigh);
    // A summary that is not shorter than its messages is discarded.
    if (saved <= 0) {
      this.recordOf(inspection).ineffective++;
      return this.skip(inspection, 'thrash');
    }
    // The plan contains indexes of the view, which begins with an earlier replacement instead of the original messages.
    const offset = original.length - view.length;
    const next = {
      prefix: original.slice(0, plan.to + offset),
      replacement,
      // A view with an earlier replacement begins with its summary, which this summary includes.
      from: known !== undefined && view !== original ? known.from : plan.from,
      compactions: (known?.compactions ?? 0) + 1,
      ineffective: saved * 10 < before ? (known?.ineffective ?? 0) + 1 : 0,
      restsUntil: -Infinity,
    };
    // `saved` and `before` are estimates, but `tokens` may be the vendor's count, so scale the savings.
    const tokensAfter = Math.round(tokens - saved * Math.min(1, tokens / before));
    this.conversations.store(next);
    const lineage: Lineage = {
      from: next.from,
      to: next.prefix.length,
      tokensBefore: tokens,
      tokensAfter,
      summary,
      at: new Date(this.clock.now()).toISOString(),
    };
    this.emit({ type: 'compacted', lineage });
    return { messages: repairPairs([...replacement, ...tail]), lineage, skipped: undefined };
  }

  private handleFailure(inspection: Inspection, plan: Plan, error: unknown): Compaction {
    const { ms, isForAll } = cooldownAfter(error);
    const until = this.clock.now() + ms;
    if (isForAll) this.restsUntil = until;
    else this.recordOf(inspection).restsUntil = until;
    const skipped = this.skip(inspection, 'failed', error);
    if (this.options.whenSummaryFails !== 'note') return skipped;
    try {
      // This also ends the rest of the conversation, because the messages that could not be summarized are replaced.
      return this.applySummary(inspection, plan, excerptNote(plan.fresh, plan.previous, this.redactor));
    } catch {
      // If the redactor fails, an excerpt could contain secrets, so keep all messages.
      return skipped;
    }
  }

  private skip({ original, view }: Inspection, why: SkipReason, error?: unknown): Compaction {
    this.emit({ type: 'skipped', why, ...(error === undefined ? {} : { error }) });
    return { messages: view === original ? original : repairPairs(view), lineage: undefined, skipped: why };
  }

  private recordOf({ original, known }: Inspection): ConversationRecord {
    if (known !== undefined) return known;
    const record = newRecord(original);
    this.conversations.store(record);
    return record;
  }

  /** Whether a transcript that a vendor rejected is still too long. Without a new summary, it is not shorter than before. */
  private async isTooLong({ messages, lineage }: Compaction, run: CompactionRun): Promise<boolean> {
    return lineage === undefined || !(await this.measurer.measure(messages, run)).isWithin;
  }

  /**
   * Shortens long results and replaces images, also in the tail, after a vendor rejected the transcript as too long. Stores the
   * shorter messages, so that the next step sends the same messages.
   */
  private pruneAndStore(original: readonly Message[], messages: readonly Message[]): readonly Message[] {
    const replacement = prune(messages, lastUserMessage(messages));
    this.conversations.store({
      ...(this.conversations.find(original) ?? newRecord(original)),
      prefix: [...original],
      replacement,
    });
    return replacement;
  }

  private emit(event: CompactionEvent): void {
    const { onEvent } = this.options;
    if (onEvent !== undefined) listeners(onEvent)(event);
  }
}
