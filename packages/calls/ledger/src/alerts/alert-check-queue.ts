import { LlmError } from '@majordomo/core';
import type { Outbox } from '../delivery/outbox.ts';
import type { Alerts, BookedAmount } from './alerts.ts';

/** Maximum number of counters whose checks wait. Checks of further counters are dropped. */
const MAX_WAITING = 10_000;

/**
 * Queue of the checks of counters for alerts. One check runs at a time, and of each counter only the newest check waits, so that the statements of
 * checks do not delay records.
 */
export class AlertCheckQueue {
  private readonly alerts: Alerts | undefined;
  private readonly outbox: Outbox;
  /** Checks that have not begun, oldest first. */
  private readonly waiting = new Map<string, () => Promise<void>>();
  private isRunning = false;

  /** @param alerts `undefined` without a listener for alerts */
  constructor(alerts: Alerts | undefined, outbox: Outbox) {
    this.alerts = alerts;
    this.outbox = outbox;
  }

  /** Checks a counter after an amount was booked on it. */
  onBooked(booked: BookedAmount): void {
    const { alerts } = this;
    if (alerts !== undefined) this.add(`booked ${nameOf(booked)}`, () => alerts.onBooked(booked));
  }

  /** Checks a counter after a call was denied. */
  onRefused(refused: BookedAmount): void {
    const { alerts } = this;
    if (alerts !== undefined) this.add(`refused ${nameOf(refused)}`, () => alerts.onRefused(refused));
  }

  private add(name: string, check: () => Promise<void>): void {
    if (this.waiting.size >= MAX_WAITING && !this.waiting.has(name)) return;
    this.waiting.set(name, check);
    this.runNext();
  }

  private runNext(): void {
    const [name] = this.waiting.keys();
    if (this.isRunning || name === undefined) return;
    this.isRunning = true;
    let check: (() => Promise<void>) | undefined;
    let hasEnded = false;
    const end = (): void => {
      // The outbox repeats a check that hangs, so two runs may end.
      if (hasEnded) return;
      hasEnded = true;
      this.isRunning = false;
      this.runNext();
    };
    void this.outbox.send({
      run: async () => {
        // If the outbox repeats this job, a newer check of the counter may wait. Otherwise, the same check runs again.
        check = this.waiting.get(name) ?? check;
        this.waiting.delete(name);
        await check?.();
        end();
      },
      onLost: (error) => {
        // After another error, the store does not answer or the ledger is closed, so the waiting checks would fail too.
        if (!LlmError.is(error, 'invalid-request')) this.waiting.clear();
        end();
      },
    });
  }
}

/** Returns the key of a check. Limits with different maximums may share a counter. */
const nameOf = ({ counter, limit }: BookedAmount): string => `${counter} ${limit.max}`;
