import { isRetired } from './filters.ts';
import type { RankedTarget } from './ranked-target.ts';

/** Returns a warning about a model that is deprecated, is retired, or has a retirement date. */
export function retirementWarning({ target, facts }: RankedTarget, today: string): string | undefined {
  if (facts?.retires === undefined)
    return facts?.status === 'deprecated' ? `${target} is deprecated` : undefined;
  return isRetired(facts.retires, today)
    ? `${target} was retired on ${facts.retires}`
    : `${target} will be retired on ${facts.retires}`;
}
