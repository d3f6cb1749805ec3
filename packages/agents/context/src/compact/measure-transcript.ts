import type { Message } from '@majordomo/core';
import { tokenMeter, type MeteredRequest, type TokenMeter } from '../meter/token-meter.ts';
import { untilAborted } from '../model/until-aborted.ts';
import { ASSUMED_CONTEXT, boundsOf, type Bounds } from './bounds.ts';
import type { CompactionRun, CompactorOptions } from './options.ts';
import type { WeighMessage } from './plan.ts';

/** Size of a transcript relative to a model's context. */
export interface TranscriptMeasurement {
  readonly bounds: Bounds;
  readonly tokens: number;
  /** Whether the transcript fits into the context with a margin for errors of the token estimate. */
  readonly isWithin: boolean;
  readonly weigh: WeighMessage;
}

/** Factors for errors of the estimate. An anchored estimate contains a vendor's count, so it is more accurate. */
const MARGIN = { anchored: 1.1, plain: 1.2 };

/** Measurer of transcripts for the model that reads them. */
export class TranscriptMeasurer {
  readonly meter: TokenMeter;
  private readonly options: CompactorOptions;
  private target: string | undefined;

  constructor(options: CompactorOptions) {
    this.options = options;
    this.meter = safeMeter(options.meter ?? tokenMeter());
  }

  async measure(messages: readonly Message[], run: CompactionRun): Promise<TranscriptMeasurement> {
    // A run without a response has no target yet. The target of an earlier run is then the best assumption.
    this.target = run.target ?? this.target;
    const { target } = this;
    const bounds = boundsOf(await this.contextTokens(target, run.signal), this.options);
    const { tokens, anchored } = this.meter.estimate(requestOf(messages, run), target);
    const isWithin = tokens * (anchored ? MARGIN.anchored : MARGIN.plain) <= bounds.contextTokens;
    return { bounds, tokens, isWithin, weigh: this.createWeigher(target) };
  }

  private async contextTokens(target: string | undefined, signal: AbortSignal | undefined): Promise<number> {
    const { contextTokens } = this.options;
    if (typeof contextTokens === 'number') return contextTokens;
    try {
      const found = await untilAborted(() => contextTokens(target), signal);
      return found !== undefined && found > 0 ? found : ASSUMED_CONTEXT;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      return ASSUMED_CONTEXT;
    }
  }

  private createWeigher(target: string | undefined): WeighMessage {
    const { tokens: emptyRequest } = this.meter.estimate({ messages: [] }, target);
    const known = new WeakMap<Message, number>();
    return (message) => {
      const weight =
        known.get(message) ?? this.meter.estimate({ messages: [message] }, target).tokens - emptyRequest;
      known.set(message, weight);
      return weight;
    };
  }
}

const requestOf = (
  messages: readonly Message[],
  { system, tools, output }: CompactionRun,
): MeteredRequest => ({
  messages,
  system,
  tools,
  output,
});

export const weightOf = (messages: readonly Message[], weigh: WeighMessage): number =>
  messages.reduce((sum, message) => sum + weigh(message), 0);

/** Returns a meter that never throws. If the meter fails, a default meter with the same observations estimates the tokens. */
function safeMeter(meter: TokenMeter): TokenMeter {
  const fallback = tokenMeter();
  return {
    estimate(request, target) {
      try {
        const reading = meter.estimate(request, target);
        if (reading.tokens >= 0) return reading;
      } catch {
        // If the meter throws, the fallback estimates the tokens.
      }
      return fallback.estimate(request, target);
    },
    observe(request, usage, target) {
      fallback.observe(request, usage, target);
      try {
        meter.observe(request, usage, target);
      } catch {
        // Ignore the error. Without this observation, later estimates are only less accurate.
      }
    },
  };
}
