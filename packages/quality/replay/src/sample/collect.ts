import { LlmError } from '@majordomo/core';
import { abortable, seededRandom } from '@majordomo/core/toolkit';
import { digest } from '@majordomo/evals/internal';
import type { RecordedCall } from '../traffic/answer.ts';
import { replayError, type Experiment } from '../experiment/definition.ts';
import { denialOf } from '../experiment/denial.ts';
import type { ExcludedCall } from '../traffic/traffic.ts';
import { featuresOf, type Features } from './features.ts';
import { fingerprintOf, type Fingerprint } from './near-duplicates.ts';
import { candidateRequest, candidateSpec } from '../experiment/candidate.ts';
import { readUnit, requestAtEnd } from '../follow/recorded-run.ts';

/** Maximum number of calls whose content is read, or 20 times the sample if that is more. */
const MOST_READ = 20_000;
const READ_PER_UNIT = 20;

/** Call that can be replayed, without its content. */
export interface Replayable {
  readonly id: string;
  readonly at: string;
  /** Kind that the application gave. */
  readonly givenKind: string | undefined;
  readonly features: Features;
  readonly conversation: string;
  readonly fingerprint: Fingerprint;
  readonly isRedacted: boolean;
}

/** Traffic without its content. */
export interface Collected {
  /** Finished chats of the period. */
  readonly traffic: number;
  /** Calls of the traffic that the calls below represent. */
  readonly represented: number;
  readonly calls: readonly Replayable[];
  /** Calls of the traffic that cannot be replayed, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
}

/** Reads the traffic. Of much traffic, reads the content of a random part. Sends nothing. */
export async function collect(
  experiment: Experiment,
  seed: number,
  signal: AbortSignal,
  onRead: (done: number) => void,
): Promise<Collected> {
  const { definition, name } = experiment;
  const excluded = new Map<string, number>();
  const exclude = (reason: string, calls: number): void => {
    excluded.set(reason, (excluded.get(reason) ?? 0) + calls);
  };
  const most = Math.max(MOST_READ, READ_PER_UNIT * (definition.sample ?? 0));
  /** Random part of the listed ids: at most `most`, each with the same probability (reservoir sampling). */
  const reservoir: string[] = [];
  const random = seededRandom(seed);
  let traffic = 0;
  let listed = 0;
  for await (const item of definition.traffic.list(signal)) {
    signal.throwIfAborted();
    if ('excluded' in item) {
      exclude(item.excluded, item.calls);
      traffic += item.calls;
      continue;
    }
    traffic += 1;
    listed += 1;
    const place = reservoir.length < most ? reservoir.length : Math.floor(random() * listed);
    if (place < most) reservoir[place] = item.id;
  }
  const calls: Replayable[] = [];
  /** Number of calls that each read call represents. */
  const weight = reservoir.length === 0 ? 1 : listed / reservoir.length;
  for (const [at, id] of reservoir.entries()) {
    const found = await replayableOf(experiment, id, signal);
    if ('excluded' in found) exclude(found.excluded, weight);
    else calls.push(found);
    onRead(at + 1);
  }
  if (traffic === 0) throw replayError(name, 'traffic', 'has no finished chats in this period');
  const counts = [...excluded].map(([reason, count]) => [reason, Math.round(count)] as const);
  return {
    traffic,
    represented: Math.round(calls.length * weight),
    calls,
    excluded: Object.fromEntries(counts),
  };
}

async function replayableOf(
  experiment: Experiment,
  id: string,
  signal: AbortSignal,
): Promise<Replayable | ExcludedCall> {
  const { definition } = experiment;
  const call = await abortable(readUnit(definition, id, signal), signal);
  if ('excluded' in call) return call;
  const facts = factsOf(call);
  if (facts === undefined) return { excluded: 'the stored request or answer is invalid' };
  const reason = await reasonToExclude(experiment, call, signal).catch((error: unknown) => {
    if (LlmError.is(error, 'invalid-request')) return `the request is invalid: ${error.message}`;
    throw error;
  });
  if (reason !== undefined) return { excluded: reason };
  const { kind, conversation } = definition;
  const givenKind = kind?.(call) ?? textIn(call, 'kind');
  return {
    id: call.id,
    at: call.at,
    givenKind,
    ...facts,
    conversation: conversation?.(call) ?? textIn(call, 'conversation') ?? conversationOf(call),
    isRedacted: (call.redactions ?? 0) > 0,
  };
}

/** Returns the facts by which a call is drawn, or `undefined` if its content is not a chat, for example because another program stored it. */
function factsOf(call: RecordedCall): Pick<Replayable, 'features' | 'fingerprint'> | undefined {
  try {
    return { features: featuresOf(call), fingerprint: fingerprintOf(call.request) };
  } catch {
    return undefined;
  }
}

const textIn = ({ metadata }: RecordedCall, name: string): string | undefined => {
  const value = metadata?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** Returns a digest of the beginning of a conversation, which all of its calls share. */
const conversationOf = ({ tenant, request }: RecordedCall): string =>
  digest([tenant, request.system, request.messages.find(({ role }) => role === 'user')], 16);

/** Returns the reason why a call must not or cannot be replayed. */
async function reasonToExclude(
  experiment: Experiment,
  call: RecordedCall,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { name, definition, judges, control } = experiment;
  const { consent, includeRedacted = false, candidate } = definition;
  if (consent?.(call) === false) return 'the application has no consent';
  if ((call.redactions ?? 0) > 0 && !includeRedacted) return 'redaction changed the request';
  const changed = candidateRequest(candidate, call);
  if (changed === undefined) return 'the candidate does not apply to the request';
  // The recorded results of tools are sent, too.
  const request = requestAtEnd({ request: changed, steps: call.steps });
  const spec = candidateSpec(candidate, call);
  if (spec === undefined) return 'the name of the call is not known; set candidate.spec';
  const denial = await denialOf(experiment, [spec, ...judges], { call, request, signal });
  // Each sampled call may be drawn into the control, which sends it again to the target that answered it.
  if (denial !== undefined || control === 0) return denial;
  const { target } = call.response;
  return denialOf(experiment, [target], { call, request, signal }).catch((error: unknown) => {
    if (!LlmError.is(error, 'config')) throw error;
    const remedy = `add its provider to the majordomo, or set \`control: 0\`: ${error.message}`;
    throw replayError(name, 'control', `cannot call ${target}, which answered a recorded call; ${remedy}`);
  });
}
