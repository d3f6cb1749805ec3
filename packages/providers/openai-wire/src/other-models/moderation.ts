import {
  LlmError,
  type ModerationBackend,
  type ModerationRequest,
  type ModerationResult,
} from '@majordomo/core';
import { asRecord, isList, isRecord } from '@majordomo/core/toolkit';
import { dataUrl } from '@majordomo/wire-kit/internal';
import { jsonBody, mergeExtra } from './extra.ts';
import type { ModerationQuirks } from './quirks.ts';
import { inputUsage, unitUsage } from './usage.ts';

/** Key of this API in `ModerationRequest.extra`. */
const WIRE = 'openai-moderations';

/** Returns the body of a request with one or more strings, or with one image. */
export function toModerationBody(request: ModerationRequest, modelId: string, target: string): string {
  const input = request.values.map((value) =>
    typeof value === 'string'
      ? value
      : { type: 'image_url', image_url: { url: dataUrl(value.mediaType, value.bytes) } },
  );
  return jsonBody(mergeExtra({ model: modelId, input }, request, WIRE, target));
}

/** Returns the results of a response. Throws `protocol` for an invalid response. */
export function fromModerationBody(
  json: unknown,
  { values }: ModerationRequest,
  { hasFee }: ModerationQuirks,
  target: string,
): Awaited<ReturnType<ModerationBackend['moderate']>> {
  const { results, usage } = asRecord(json);
  if (!isList(results)) throw invalid(target, 'results', 'an array');
  return {
    target,
    results: results.map((result, at) => resultOf(result, `results[${at}]`, target)),
    usage: hasFee ? unitUsage({ moderation: values.length }) : inputUsage(usage),
    warnings: [],
  };
}

function resultOf(result: unknown, path: string, target: string): ModerationResult {
  const { flagged, categories, category_scores: scores } = asRecord(result);
  if (!isRecord(categories)) throw invalid(target, `${path}.categories`, 'an object');
  const set = membersOf<boolean>(categories, 'boolean', `${path}.categories`, target);
  // Mistral reports categories without `flagged`.
  const decision = flagged ?? Object.values(set).includes(true);
  if (typeof decision !== 'boolean') throw invalid(target, `${path}.flagged`, 'a boolean');
  return {
    flagged: decision,
    categories: set,
    scores: membersOf<number>(asRecord(scores), 'number', `${path}.category_scores`, target),
  };
}

/** Returns the members except `null`, which marks an unsupported category. Throws `protocol` for a member of another type. */
function membersOf<Value>(
  members: Readonly<Record<string, unknown>>,
  type: 'boolean' | 'number',
  path: string,
  target: string,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(members).filter(([, value]) => value !== null);
  const wrong = entries.find(([, value]) => typeof value !== type);
  if (wrong !== undefined) throw invalid(target, `${path}.${wrong[0]}`, `a ${type}`);
  return Object.fromEntries(entries) as Readonly<Record<string, Value>>;
}

const invalid = (target: string, path: string, expected: string): LlmError =>
  new LlmError('protocol', `${target}: expected \`${path}\` to be ${expected}`, { target, path });
