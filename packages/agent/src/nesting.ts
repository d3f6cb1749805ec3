/** Not a name: what an agent hands to the agents below it is not an option of a run. */
const DEPTH = Symbol.for('majordomo.depth');

/** The options of a run that another agent's tool begins. */
export const withDepth = <T extends object>(options: T, depth: number): T => ({ ...options, [DEPTH]: depth });

/** Agents above a run with these options. */
export function depthOf(options: object): number {
  const depth: unknown = DEPTH in options ? options[DEPTH] : 0;
  return typeof depth === 'number' ? depth : 0;
}
