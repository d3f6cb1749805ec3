import {
  fromJson,
  LlmError,
  user,
  type BackgroundBackend,
  type CallOptions,
  type ChatRequest,
  type PreparedTarget,
} from '@majordomo/core';
import type { LocalOptions } from './run-parts.ts';
import type { JobRecord } from './record.ts';
import type { Setup } from './setup.ts';

/** Target with a job API. */
export interface JobTarget extends PreparedTarget {
  readonly background: BackgroundBackend;
}

/** Prepares the request of a job for each target of its chain, or for another spec. */
export function prepareTargets(
  { request, tenant, options, first, spec }: JobRecord,
  { majordomo }: Pick<Setup, 'majordomo'>,
  signal: AbortSignal,
  local: LocalOptions = {},
  otherSpec: string = spec,
): Promise<readonly PreparedTarget[]> {
  const { metadata, policy } = fromJson<CallOptions>(options);
  const order = first === undefined ? local.order : () => first;
  const { classify } = local;
  // The record of an ended job has no request, and its job API does not depend on it.
  const known = 'messages' in request ? fromJson<ChatRequest>(request) : { messages: [user('x')] };
  const own = { work: 'background', tenant, metadata, policy, classify, order, signal } as const;
  return majordomo.prepare(otherSpec, known, own);
}

/** Prepares the request of a job for a target that has accepted it. The chain may have changed since. */
export async function prepareTarget(
  key: string,
  record: JobRecord,
  setup: Pick<Setup, 'majordomo'>,
  signal: AbortSignal,
): Promise<JobTarget> {
  const isKey = ({ attempt }: PreparedTarget): boolean => attempt.target === key;
  const chain = await prepareTargets(record, setup, signal);
  const target = chain.find(isKey) ?? (await prepareTargets(record, setup, signal, {}, key)).find(isKey);
  if (target !== undefined && hasJobApi(target)) return target;
  throw new LlmError('config', `${key} has no job API anymore; restore its provider`, { target: key });
}

export const hasJobApi = (target: PreparedTarget): target is JobTarget => target.background !== undefined;
