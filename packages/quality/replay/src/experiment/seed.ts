import { digest } from '@majordomo/evals/internal';

/** Returns the seed of the random numbers of an experiment without a given one. */
export const seedOf = (name: string): number => Number.parseInt(digest(name, 8), 16);
