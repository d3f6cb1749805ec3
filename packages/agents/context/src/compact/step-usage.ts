import type { ChatRequest, Message, Usage } from '@majordomo/core';
import { setNewest } from '@majordomo/core/toolkit';
import type { TokenMeter } from '../meter/token-meter.ts';

/** Members of the agent's step context that `compact` reads. */
export interface StepContext {
  readonly step?: number | undefined;
  readonly state?: { readonly runId?: string | undefined } | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly usage?: Usage | undefined;
  readonly target?: string | undefined;
  readonly request?: ChatRequest | undefined;
  readonly overflow?: unknown;
}

interface SentRequest {
  readonly step: number;
  readonly request: ChatRequest;
}

const MAX_RUNS = 64;

/** Reporter of the vendor's token counts to the meter. The count of a step arrives with the context of the next step. */
export class StepUsage {
  private readonly meter: TokenMeter;
  private readonly runs = new Map<string | undefined, SentRequest>();

  constructor(meter: TokenMeter) {
    this.meter = meter;
  }

  /** Reports the usage of the previous step. With `overflow`, the vendor rejected the last request, and `usage` is not its count. */
  observeLastStep({ step, state, usage, target, overflow }: StepContext): void {
    const previous = this.runs.get(state?.runId);
    if (previous === undefined || usage === undefined || target === undefined || overflow !== undefined)
      return;
    if (step === previous.step + 1) this.meter.observe(previous.request, usage, target);
  }

  recordRequest({ step, state, request }: StepContext, messages: readonly Message[]): void {
    const runId = state?.runId;
    if (step === undefined || request === undefined || runId === undefined) return;
    setNewest(this.runs, runId, { step, request: { ...request, messages } }, MAX_RUNS);
  }
}
