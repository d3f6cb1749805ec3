import type { Warning } from '@majordomo/core';

/** Returns a warning for each of these settings that has a value, because the model does not support it. */
export const droppedSettings = (settings: object): readonly Warning[] =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([what]) => ({ action: 'dropped', what, why: 'this model has no such setting' }));
