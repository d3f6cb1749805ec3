import { isRetired } from './filters.ts';
import type { RankedTarget } from './ranked-target.ts';

/** What is to be said of a model that goes, or is gone. */
export function retirementWarning({ target, facts }: RankedTarget, today: string): string | undefined {
  if (facts?.retires === undefined)
    return facts?.status === 'deprecated' ? `${target} is deprecated` : undefined;
  return isRetired(facts, today)
    ? `${target} was retired on ${facts.retires}`
    : `${target} will be retired on ${facts.retires}`;
}
