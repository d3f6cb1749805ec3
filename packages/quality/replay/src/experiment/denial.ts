import { LlmError, type ChatRequest } from '@majordomo/core';
import type { RecordedCall } from '../traffic/answer.ts';
import { replayError, type Experiment } from './definition.ts';
import { tenantOf } from '../traffic/tenant.ts';

/** Recorded call and the request whose content would be sent. */
interface Content {
  readonly call: RecordedCall;
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
}

/** Throws `config` if the application, or a gate at a target of these chains, no longer allows that the content of a call is sent. */
export async function checkConsent(
  experiment: Pick<Experiment, 'name' | 'definition'>,
  specs: readonly string[],
  content: Content,
): Promise<void> {
  const { name, definition } = experiment;
  const { call } = content;
  const reason =
    definition.consent?.(call) === false
      ? 'the application has no consent'
      : await denialOf(experiment, specs, content);
  if (reason === undefined) return;
  const problem = `contains the call ${call.id}, which must no longer be sent: ${reason}`;
  throw replayError(name, 'traffic', `${problem}; remove the experiment, and use another name`);
}

/**
 * Returns the reason why a gate denies the content of a call at a target of these chains. Any denied target excludes the call, because
 * the replayed call has the tenant of the experiment, so that the gate could no longer decide. For the same reason, resolvers may choose
 * other targets than for the recorded tenant, which are checked as well.
 */
export async function denialOf(
  { name, definition: { majordomo } }: Pick<Experiment, 'name' | 'definition'>,
  specs: readonly string[],
  { call, request, signal }: Content,
): Promise<string | undefined> {
  const { tenant, metadata } = call;
  const deniedAt = async (spec: string): Promise<DeniedTargets> => {
    const targets = await majordomo.prepare(spec, request, { tenant, metadata, signal });
    const denied = targets.find(({ refusal }) => LlmError.is(refusal, 'denied'))?.attempt.target;
    return { denied, checked: new Set(targets.map(({ attempt }) => attempt.target)) };
  };
  for (const spec of specs) {
    const { denied, checked } = await deniedAt(spec);
    if (denied !== undefined) return describe(denied);
    const resolved = await majordomo.resolve(spec, { request, tenant: tenantOf(name), signal });
    for (const { target } of resolved) {
      if (checked.has(target)) continue;
      const { denied: other } = await deniedAt(target);
      if (other !== undefined) return describe(other);
    }
  }
  return undefined;
}

interface DeniedTargets {
  readonly denied: string | undefined;
  readonly checked: ReadonlySet<string>;
}

const describe = (target: string): string => `a gate denies ${target}`;
