import type { Usage } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import type { Budget, CostOf, Spent } from '../budget/budget.ts';
import type { RunResult } from '../loop/loop.ts';
import type { RunState } from '../state/state.ts';

/** Properties of the calling run that a sub-agent inherits. They are not public options of a run. */
export interface Nesting {
  /** Number of agents that call this agent, directly or through other agents. */
  readonly depth: number;
  /** Cost function of the calling run, for sub-agents without `cost`. */
  readonly cost?: CostOf | undefined;
  /** Remaining budget of the calling run. */
  readonly left?: Budget | undefined;
  /** Store of the claims of the calling run. */
  readonly records?: RecordStore | undefined;
  /**
   * Whether a driver may repeat the call, and has passed no `records`. Such a driver drives the agents of agent tools itself, so any other
   * agent that the call runs must have no tool with `effect: 'once'`.
   */
  readonly mayRepeat?: boolean | undefined;
  /** State of the sub-agent, if it has waited for decisions. */
  readonly run?: RunState | undefined;
  /** Returns the result of the sub-agent, if a journal has driven it. */
  readonly subAgentResult?: (() => Promise<RunResult>) | undefined;
  /**
   * Adds the amounts that a sub-agent has spent to those of the call that started it. `usage`: usage of the sub-agent, which the usage
   * of the call also contains.
   */
  readonly spend?: ((spent: Spent, usage: Usage) => void) | undefined;
}

/** Maximum `depth` of a sub-agent. A call of a deeper sub-agent gets an error result. */
export const MAX_DEPTH = 3;

const NESTING = Symbol.for('majordomo.nesting');

/** Returns a copy of an object with the nesting under a symbol. Spread copies of the result also contain the nesting. */
export const withNesting = <T extends object>(carrier: T, nesting: Nesting): T => ({
  ...carrier,
  [NESTING]: nesting,
});

export const nestingOf = (carrier: object): Nesting =>
  NESTING in carrier ? (carrier[NESTING] as Nesting) : { depth: 0 };
