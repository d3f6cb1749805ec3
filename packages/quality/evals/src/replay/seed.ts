import { fnv1a } from '@majordomo/core/toolkit';

/** Returns the seed of an experiment without a given one. */
export const seedOf = (name: string): number => fnv1a(name);
