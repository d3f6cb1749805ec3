import type { Budget, CostOf, Spent } from './budget.ts';
import type { ClaimStore } from './claim-store.ts';
import type { RunResult } from './loop.ts';
import type { RunState } from './state.ts';

/** Facts about the calling run that a sub-agent inherits. They are not public options of a run. */
export interface Nesting {
  /** Number of agents above this agent. */
  readonly depth: number;
  /** Cost function of the calling run, for sub-agents without `cost`. */
  readonly cost?: CostOf | undefined;
  /** Part of the budget that the calling run has left. */
  readonly left?: Budget | undefined;
  /** Claim store of the calling run. */
  readonly claim?: ClaimStore | undefined;
  /** State of the sub-agent, if it has waited for decisions. */
  readonly run?: RunState | undefined;
  /** Returns the result of the sub-agent, if a journal has driven it. */
  readonly ended?: (() => Promise<RunResult>) | undefined;
  /** Adds the amounts that a sub-agent has spent to those of the call that started it. */
  readonly spend?: ((spent: Spent) => void) | undefined;
}

/** Maximum number of agents above an agent. */
export const MAX_DEPTH = 3;

const NESTING = Symbol.for('majordomo.nesting');

/** Returns a tool's options or context with the facts. Their key is a symbol, so that copies of the object contain the facts. */
export const withNesting = <T extends object>(carrier: T, nesting: Nesting): T => ({
  ...carrier,
  [NESTING]: nesting,
});

export const nestingOf = (carrier: object): Nesting =>
  NESTING in carrier ? (carrier[NESTING] as Nesting) : { depth: 0 };
