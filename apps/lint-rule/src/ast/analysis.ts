import type { SourceCode } from 'eslint';
import type { Node } from './node.ts';

/**
 * State of one analysis, which limits its recursion. Code such as `s = s + a; s = s + b` refers to itself, so the analysis stops
 * at a node in `activeNodes`. A node may have several values, so the analysis also stops after `remainingSteps`.
 */
export interface Analysis {
  readonly code: SourceCode;
  readonly activeNodes: Set<Node>;
  remainingSteps: number;
}

/** Maximum number of steps of an analysis, many more than real code needs. A value that needs more steps is unknown. */
const MAX_STEPS = 300;

export function startAnalysis(code: SourceCode): Analysis {
  return { code, activeNodes: new Set(), remainingSteps: MAX_STEPS };
}

/** Runs `step` for a node and returns its result. Returns `unknown` in a cycle or if no steps are left. */
export function analyzeNode<T>(analysis: Analysis, node: Node, unknown: T, step: () => T): T {
  if (analysis.remainingSteps <= 0 || analysis.activeNodes.has(node)) return unknown;
  analysis.remainingSteps -= 1;
  analysis.activeNodes.add(node);
  try {
    return step();
  } finally {
    analysis.activeNodes.delete(node);
  }
}
