import type { BackgroundBackend } from '@majordomo/core';
import type { Connection } from './connection.ts';
import { readChunk } from './interaction-answer.ts';

/** Time after which a job fails by default, in milliseconds. */
const EXPIRES_MS = 3_600_000;

/**
 * Creates the job API of a model. Loads the functions that send requests at the first call. `declaredDays` is the retention that the
 * application has declared.
 */
export function interactionBackend(
  modelId: string,
  connection: Connection,
  declaredDays: number | undefined,
): BackgroundBackend {
  const load = async () => (await import('./interaction-jobs.ts')).interactionJobs(modelId, connection);
  return {
    expiresMs: EXPIRES_MS,
    // The Gemini API stores interactions for 55 days, or 1 day without billing (ai.google.dev, 2026-11, unverified).
    retentionDays: declaredDays ?? 55,
    start: async (...args) => (await load()).start(...args),
    look: async (...args) => (await load()).look(...args),
    stream: async (...args) => (await load()).stream(...args),
    cancel: async (...args) => (await load()).cancel(...args),
    remove: async (...args) => (await load()).remove(...args),
    readEvent: readChunk,
  };
}
