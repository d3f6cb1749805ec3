import type { Effort } from '../contract/request.ts';
import type { Warning } from '../contract/response.ts';
import { EFFORTS } from './efforts.ts';

const strength = (effort: Effort): number => EFFORTS.indexOf(effort);

/**
 * The word for an effort among those that a model knows: the next stronger one, else its strongest. `max`, which knows no
 * bounds, is for who asks for it. Another word than the asked one is told.
 *
 * @param known in any order
 */
export function nearestEffort<Known extends Effort>(
  asked: Effort,
  known: readonly Known[],
  warnings: Warning[],
): Known | undefined {
  const bounded = asked === 'max' ? known : known.filter((word) => word !== 'max');
  const words = bounded.toSorted((a, b) => strength(a) - strength(b));
  const found = words.find((word) => strength(word) >= strength(asked)) ?? words.at(-1);
  if (found === undefined || found === asked) return found;
  const why = `this model takes ${words.join(', ')}`;
  warnings.push({ action: 'coerced', what: `reasoning "${asked}" to ${found}`, why });
  return found;
}
