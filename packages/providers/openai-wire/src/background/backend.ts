import type { BackgroundBackend } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { tryParseJson } from '@majordomo/wire-kit';
import type { Connection } from '../connection.ts';
import type { BackgroundApi } from '../profile.ts';
import type { ResponseJobs } from './response-jobs.ts';

/** Time after which a job fails by default, in milliseconds. */
const EXPIRES_MS = 3_600_000;

/**
 * Creates the job API of a server. Loads the functions that send requests at the first call. `declaredDays` is the retention that the
 * application has declared for the server.
 */
export const backgroundBackend = (
  api: BackgroundApi,
  connection: Connection,
  declaredDays: number | undefined,
): BackgroundBackend =>
  api === 'deferred' ? deferredBackend(connection, declaredDays) : responsesBackend(connection, declaredDays);

type DeferredJobs = Pick<BackgroundBackend, 'start' | 'look'>;

function responsesBackend(connection: Connection, declaredDays: number | undefined): BackgroundBackend {
  let loaded: Promise<ResponseJobs> | undefined;
  const load = (): Promise<ResponseJobs> =>
    (loaded ??= import('./response-jobs.ts').then(({ responseJobs }) => responseJobs(connection)));
  return {
    expiresMs: EXPIRES_MS,
    // OpenAI stores responses for 30 days (developers.openai.com, 2026-11, unverified).
    retentionDays: declaredDays ?? 30,
    start: async (...args) => (await load()).start(...args),
    look: async (...args) => (await load()).look(...args),
    stream: async (...args) => (await load()).stream(...args),
    cancel: async (...args) => (await load()).cancel(...args),
    remove: async (...args) => (await load()).remove(...args),
    readEvent: (data) => ({
      cursor: SEQUENCE_NUMBER.exec(data)?.[1],
      isLast: isLastEvent(data),
    }),
  };
}

// In JSON, quotes within a string are escaped, so these patterns match only members.
const SEQUENCE_NUMBER = /"sequence_number"\s*:\s*(\d+)/;
const LAST_EVENT = /"type"\s*:\s*"(?:error|response\.(?:completed|failed|incomplete|cancelled))"/;
const LAST_TYPES = new Set<unknown>([
  'error',
  'response.completed',
  'response.failed',
  'response.incomplete',
  'response.cancelled',
]);

/** Whether an event is the last. Parses few events, because most of them contain no such type, also not in a nested object. */
const isLastEvent = (data: string): boolean =>
  LAST_EVENT.test(data) && LAST_TYPES.has(asRecord(tryParseJson(data))['type']);

function deferredBackend(connection: Connection, declaredDays: number | undefined): BackgroundBackend {
  let loaded: Promise<DeferredJobs> | undefined;
  const load = (): Promise<DeferredJobs> =>
    (loaded ??= import('./deferred-jobs.ts').then(({ deferredJobs }) => deferredJobs(connection)));
  return {
    expiresMs: EXPIRES_MS,
    // xAI stores a deferred completion for 24 hours (docs.x.ai, 2026-11).
    retentionDays: declaredDays ?? 1,
    start: async (...args) => (await load()).start(...args),
    look: async (...args) => (await load()).look(...args),
  };
}
