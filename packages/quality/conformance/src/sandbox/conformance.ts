import { behaviorCases } from './behavior.ts';
import { isolationCases } from './isolation.ts';
import { limitCases } from './limits.ts';
import type { SandboxCase } from './sandbox.ts';

/**
 * Cases that every sandbox for programs of a model must pass: results and errors, known escapes, and limits. A passed suite does not
 * prove isolation. Run the cases one after another.
 */
export const sandboxConformance: readonly SandboxCase[] = [
  ...behaviorCases,
  ...isolationCases,
  ...limitCases,
];
