import type { SourceCode } from 'eslint';
import type { Node } from './node.ts';

/**
 * One look around a file. Code such as `s = s + a; s = s + b` refers to itself, and every answer may branch: the
 * nodes under way end the circles, the step count ends the rest.
 */
export interface Look {
  readonly code: SourceCode;
  readonly underway: Set<Node>;
  stepsLeft: number;
}

/** Far more than a real call site needs; an answer that is not found by then is "unknown". */
const MAX_STEPS = 300;

export function lookInto(code: SourceCode): Look {
  return { code, underway: new Set(), stepsLeft: MAX_STEPS };
}

/** Runs `step` for a node, or gives `unknown` in a circle or when the steps are used up. */
export function within<T>(look: Look, node: Node, unknown: T, step: () => T): T {
  if (look.stepsLeft <= 0 || look.underway.has(node)) return unknown;
  look.stepsLeft -= 1;
  look.underway.add(node);
  try {
    return step();
  } finally {
    look.underway.delete(node);
  }
}
