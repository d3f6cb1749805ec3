import type { Usage } from '@majordomo/core';
import { NOTHING_SPENT, sumSpent, type Spent } from '../budget/budget.ts';

/** Meter of the amounts that one tool call spends, including its sub-agents. */
export class CallMeter {
  private readonly isOn: boolean;
  /** Sum of the amounts that sub-agents of the call have reported. */
  private reported: Spent | undefined;

  /** @param isOn whether the run records the amounts that it spends */
  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** Adds the amounts of a sub-agent. */
  add(more: Spent): void {
    this.reported = sumSpent(this.reported, more);
  }

  /**
   * Returns the amounts of the call; `undefined` if the run records none. Amounts that sub-agents reported replace those of `usage`,
   * because they also contain failed attempts. `ms`: duration of the call. A sub-agent that ran before the call, in a journal, may
   * have a longer time.
   */
  spent(usage: Usage | undefined, ms: number): Spent | undefined {
    if (!this.isOn) return undefined;
    if (this.reported !== undefined) return { ...this.reported, ms: Math.max(ms, this.reported.ms) };
    const tokens = (usage?.input ?? 0) + (usage?.output ?? 0);
    return { ...NOTHING_SPENT, tokens, ms };
  }
}
