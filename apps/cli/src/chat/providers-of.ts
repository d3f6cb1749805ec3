import type { ResolvedTarget } from '@majordomo/core';

/** Returns the ids of the providers of targets, each once. The id is the part of a target before its model. */
export const providersOf = (targets: readonly ResolvedTarget[]): readonly string[] => [
  ...new Set(targets.map(({ target, model }) => target.slice(0, -model.length - 1))),
];
