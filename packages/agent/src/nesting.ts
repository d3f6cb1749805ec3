/** Key of the nesting depth in call options. The depth is not a public option of a run. */
const DEPTH = Symbol.for('majordomo.depth');

export const withDepth = <T extends object>(options: T, depth: number): T => ({ ...options, [DEPTH]: depth });

export function depthOf(options: object): number {
  const depth: unknown = DEPTH in options ? options[DEPTH] : 0;
  return typeof depth === 'number' ? depth : 0;
}
