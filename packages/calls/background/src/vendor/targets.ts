import {
  fromJson,
  LlmError,
  user,
  type CallOptions,
  type ChatRequest,
  type JobBackend,
  type JobLook,
  type PreparedTarget,
  type VideoRequest,
} from '@majordomo/core';
import type { LocalOptions } from '../record/run-parts.ts';
import type { JobRecord } from '../record/record.ts';
import type { Setup } from '../setup.ts';

/** Prepares the request of a job for each target of its chain, or of another `spec`. */
export function prepareTargets(
  record: JobRecord,
  { majordomo }: Pick<Setup, 'majordomo'>,
  signal: AbortSignal,
  local: LocalOptions = {},
  spec: string = record.spec,
): Promise<readonly PreparedTarget[]> {
  const { operation, request, tenant, options, firstTargets } = record;
  const { metadata, policy } = fromJson<CallOptions>(options);
  const order = firstTargets === undefined ? local.order : () => firstTargets;
  const { classify } = local;
  const own = { work: 'background', tenant, metadata, policy, classify, order, signal } as const;
  // The record of an ended job has no request, and its job API does not depend on it.
  if (operation === 'video') {
    const video = 'prompt' in request ? fromJson<VideoRequest>(request) : { prompt: 'x' };
    return majordomo.prepare(spec, { video }, own);
  }
  const known = 'messages' in request ? fromJson<ChatRequest>(request) : { messages: [user('x')] };
  return majordomo.prepare(spec, known, own);
}

/** Prepares the request of a job for a target that has accepted it. The chain may have changed since. */
export async function prepareTarget(
  key: string,
  record: JobRecord,
  setup: Pick<Setup, 'majordomo'>,
  signal: AbortSignal,
): Promise<PreparedTarget> {
  const isKey = ({ attempt }: PreparedTarget): boolean => attempt.target === key;
  const chain = await prepareTargets(record, setup, signal).catch((cause: unknown) => {
    // An alias of the spec may have been removed, although its target still exists.
    if (!LlmError.is(cause, 'config')) throw cause;
    return [];
  });
  const target = chain.find(isKey) ?? (await prepareTargets(record, setup, signal, {}, key)).find(isKey);
  if (target !== undefined && hasJobApi(target)) return target;
  throw new LlmError('config', `${key} has no job API anymore; restore its provider`, { target: key });
}

/** Whether a target has an API for jobs of the request. */
export const hasJobApi = ({ background, video }: PreparedTarget): boolean =>
  background !== undefined || video !== undefined;

/** Returns the functions of a target for running and ended jobs. */
export function jobApiOf({ background, video, attempt }: PreparedTarget): JobBackend {
  const api = background ?? video?.api;
  if (api === undefined) throw new TypeError(`${attempt.target} has no job API`);
  return api;
}

/** Whether a look has found the end of a job. */
export const hasEnded = ({ answer, video }: JobLook): boolean => answer !== undefined || video !== undefined;

/** Returns the function that sends the start of a job, after an upload of large media. Rejects like `PreparedTarget.capture`. */
export async function prepareStart(target: PreparedTarget): Promise<SendStart> {
  const { background, video } = target;
  if (video !== undefined) return (token, context) => video.api.start(video.request, token, context);
  const { body, headers } = await target.capture();
  return (token, context) => {
    if (background === undefined) throw new TypeError(`${target.attempt.target} has no job API`);
    return background.start(body, headers, token, context);
  };
}

/** Sends the start of a job, and returns its reference. */
export type SendStart = (token: string, context: PreparedTarget['context']) => Promise<string>;
