import type { Usage } from '@majordomo/core';
import { NOTHING_SPENT, sumSpent, tokensIn, type Spent } from '../budget/budget.ts';

/** Meter of the amounts that one tool call spends, including its sub-agents. */
export class CallMeter {
  private readonly isOn: boolean;
  /** Sum of the amounts of sub-agents. */
  private subAgents = NOTHING_SPENT;
  /** Tokens in the usage of sub-agents. Failed attempts are not part of it. */
  private subAgentTokens = 0;

  /** @param isOn whether the run records the amounts that it spends */
  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  /** Adds the amounts and the usage of a sub-agent. */
  add(spent: Spent, usage: Usage): void {
    this.subAgents = sumSpent(this.subAgents, spent);
    this.subAgentTokens += tokensIn(usage);
  }

  /**
   * Returns the amounts of the call; `undefined` if the run records none. `usage`: usage of the call and its sub-agents. `ms`: duration
   * of the call. A sub-agent that a journal has driven may have a longer time.
   */
  spent(usage: Usage | undefined, ms: number): Spent | undefined {
    if (!this.isOn) return undefined;
    const { subAgents } = this;
    const ownTokens = Math.max(0, tokensIn(usage) - this.subAgentTokens);
    return {
      nanoUsd: subAgents.nanoUsd,
      tokens: subAgents.tokens + ownTokens,
      ms: Math.max(ms, subAgents.ms),
    };
  }
}
