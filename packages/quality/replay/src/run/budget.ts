import { costOfResponse, formatUsd, type Catalog } from '@majordomo/catalog';
import type { Attempt, AttemptInfo, Clock, Gate } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { Journal } from '../journal/journal.ts';
import type { Prices } from '../plan/prices.ts';

/** Dependencies of a budget. */
interface BudgetSetup {
  readonly journal: Journal;
  readonly prices: Prices;
  readonly catalog: Catalog | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Call that spends the budget. */
export interface PaidCall {
  /** Gate that reserves the maximum cost of each attempt of the call, and books its cost when it has ended. */
  readonly gate: Gate;
  /** Returns the cost of all attempts in nano-USD, when they are booked. */
  readonly cost: () => Promise<bigint>;
}

/**
 * Budget of an experiment over all of its runs. The journal contains what was booked, and the maximum of every attempt that is in flight or
 * was in flight when a process ended.
 */
export class Budget {
  /** Why an attempt was denied; `undefined` while the budget covers all attempts. */
  refusal: string | undefined;
  private readonly nanoUsd: bigint;
  private readonly setup: BudgetSetup;
  /** Number of attempts of this process that have not ended. */
  private running = 0;
  /** Reservations whose line is not written yet, in nano-USD. */
  private held = 0n;
  private waiting: (() => void)[] = [];

  constructor(nanoUsd: bigint, setup: BudgetSetup) {
    this.nanoUsd = nanoUsd;
    this.setup = setup;
  }

  /** Begins a call. `key`: key of its answer or verdict. */
  call(key: string): PaidCall {
    const booked: Promise<bigint>[] = [];
    const gate: Gate = {
      name: 'replay',
      admit: async (attempt) => {
        const id = crypto.randomUUID();
        const most = await this.reserve(id, key, attempt);
        if (most === undefined) return { deny: String(this.refusal), code: 'budget-spent' };
        return {
          settle: async (outcome) => {
            const booking = this.book(id, outcome, most);
            booked.push(booking);
            await booking;
          },
        };
      },
    };
    const cost = async (): Promise<bigint> =>
      (await Promise.all(booked)).reduce((sum, nanoUsd) => sum + nanoUsd, 0n);
    return { gate, cost };
  }

  /** Whether the rest of the budget covers an amount. */
  covers(maxNanoUsd: bigint): boolean {
    return maxNanoUsd <= this.rest();
  }

  private rest(): bigint {
    const { index } = this.setup.journal;
    return this.nanoUsd - index.spentNanoUsd - index.heldNanoUsd() - this.held;
  }

  /**
   * Reserves the maximum cost of an attempt and writes its start. Waits while attempts in flight hold the rest of the budget. Returns
   * `undefined` if the budget does not cover the attempt.
   */
  private async reserve(id: string, key: string, attempt: AttemptInfo): Promise<bigint | undefined> {
    const { journal, prices, signal } = this.setup;
    const most = await prices.attempt(attempt);
    while (!this.covers(most)) {
      if (this.running === 0) {
        const [rest, next] = [formatUsd(this.rest()), formatUsd(most)];
        this.refusal = `the budget is spent: ${rest} is left, and the next call of ${attempt.target} may cost ${next}; raise \`budgetUsd\` and run again`;
        return undefined;
      }
      await abortable(new Promise<void>((resolve) => this.waiting.push(resolve)), signal);
    }
    this.running += 1;
    this.held += most;
    try {
      await journal.append({ type: 'start', id, key, maxNanoUsd: String(most) });
    } catch (error) {
      this.release();
      throw error;
    } finally {
      this.held -= most;
    }
    return most;
  }

  /** Books the cost of an attempt. If its line cannot be written, the maximum stays reserved. */
  private async book(id: string, outcome: Attempt, most: bigint): Promise<bigint> {
    try {
      const nanoUsd = await this.costOf(outcome, most);
      await this.setup.journal.append({ type: 'end', id, nanoUsd: String(nanoUsd) });
      return nanoUsd;
    } finally {
      this.release();
    }
  }

  private async costOf(outcome: Attempt, most: bigint): Promise<bigint> {
    const { catalog, clock } = this.setup;
    const options = { catalog, at: new Date(clock.now()) };
    const { basis, nanoUsd = most } = await costOfResponse({ attempts: [outcome] }, options);
    return basis === 'included' || outcome.billing === 'included' ? 0n : nanoUsd;
  }

  private release(): void {
    this.running -= 1;
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }
}
