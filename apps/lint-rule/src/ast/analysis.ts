import type { Scope, SourceCode } from 'eslint';
import type { Node } from './node.ts';

/**
 * State of one analysis, which limits its recursion. Code such as `s = s + a; s = s + b` or `var { o } = o` refers to itself, so
 * the analysis stops at a node or variable in `active`. A node may have several values, so the analysis also stops after
 * `remainingSteps`.
 */
export interface Analysis {
  readonly code: SourceCode;
  /** Nodes and variables whose evaluation has begun and not ended. */
  readonly active: Set<Node | Scope.Variable>;
  remainingSteps: number;
}

/** Maximum number of steps of an analysis, many more than real code needs. A value that needs more steps is unknown. */
const MAX_STEPS = 300;

export function startAnalysis(code: SourceCode): Analysis {
  return { code, active: new Set(), remainingSteps: MAX_STEPS };
}

/** Runs `step` for a node or variable and returns its result. Returns `unknown` in a cycle or if no steps are left. */
export function withinLimits<T>(
  analysis: Analysis,
  subject: Node | Scope.Variable,
  unknown: T,
  step: () => T,
): T {
  if (analysis.remainingSteps <= 0 || analysis.active.has(subject)) return unknown;
  analysis.remainingSteps -= 1;
  analysis.active.add(subject);
  try {
    return step();
  } finally {
    analysis.active.delete(subject);
  }
}
