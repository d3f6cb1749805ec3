import type { JsonObject, ModelOutput, ModelRequest, Warning } from '@majordomo/core';
import { checkInteger, RARE_SETTINGS } from '@majordomo/core/toolkit';
import { nearestEffort, unsentCacheWarnings, unsentSettingWarnings } from '@majordomo/wire-kit';
import { definedMembers } from '@majordomo/wire-kit/internal';
import { toMessages, type WireMessage } from './messages.ts';
import type { RunQuirks } from './quirks.ts';
import { toTools, type WireTools } from './tools.ts';

/** Input of `run`. Additional properties come from `extra`. */
export interface WireInput extends WireTools {
  readonly messages: readonly WireMessage[];
  readonly stream?: true;
  readonly response_format?:
    | { readonly type: 'json_schema'; readonly json_schema: JsonObject }
    | { readonly type: 'json_object' };
  readonly [setting: string]: unknown;
}

export interface WireRequest {
  readonly input: WireInput;
  readonly warnings: readonly Warning[];
}

export interface ToWireOptions {
  readonly stream: boolean;
  /** Id of the group of models that accept this model's reasoning. See `Model.families`. */
  readonly family: string;
}

/** Converts a request to the input of `run`. */
export function toWire(
  request: ModelRequest,
  quirks: RunQuirks,
  { stream, family }: ToWireOptions,
): WireRequest {
  const warnings: Warning[] = [];
  const { system, output, maxTokens, temperature, topP } = request;
  checkInteger(maxTokens, 'maxTokens');
  const messages = toMessages(request.messages, family, warnings);
  if (system !== undefined && system !== '') messages.unshift({ role: 'system', content: system });
  const settings = {
    max_tokens: maxTokens,
    temperature,
    top_p: topP,
    seed: seedOf(request.seed, warnings),
    top_k: request.topK,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    stop: stopOf(request, quirks, warnings),
    reasoning_effort: effortOf(request, quirks, warnings),
    // Unlike OpenAI's property of this name, this property contains the schema without a schema name
    // (developers.cloudflare.com/workers-ai/features/json-mode, 2026-11).
    response_format: output && formatOf(output),
  };
  warnings.push(...unsentSettingWarnings(request, ['logprobs', 'serviceTier', ...RARE_SETTINGS]));
  warnings.push(...unsentCacheWarnings(request, 'the vendor controls its prompt cache'));
  const input = {
    messages,
    ...toTools(request, quirks, warnings),
    ...(stream ? { stream: true as const } : undefined),
    // Omit properties that are `undefined`, because the binding forwards such properties, and models reject them.
    ...definedMembers<Readonly<Record<string, unknown>>>(settings),
    ...request.extra,
  };
  return { input, warnings };
}

/** Limits the seed to the range 1 to 9999999999 (schemas in developers.cloudflare.com/workers-ai/models, 2026-11). */
function seedOf(seed: number | undefined, warnings: Warning[]): number | undefined {
  if (seed === undefined) return undefined;
  const limited = Math.min(Math.max(seed, 1), 9_999_999_999);
  if (limited !== seed)
    warnings.push({
      action: 'coerced',
      what: `seed to ${limited}`,
      why: 'this API accepts seeds from 1 to 9999999999',
    });
  return limited;
}

const formatOf = ({ schema }: ModelOutput): NonNullable<WireInput['response_format']> =>
  schema === undefined ? { type: 'json_object' } : { type: 'json_schema', json_schema: schema };

function stopOf(
  { stop }: ModelRequest,
  quirks: RunQuirks,
  warnings: Warning[],
): readonly string[] | undefined {
  // An empty list is omitted without a warning.
  if (stop === undefined || stop.length === 0) return undefined;
  if (quirks.stop) return stop;
  warnings.push({ action: 'dropped', what: 'stop', why: 'this model rejects it' });
  return undefined;
}

function effortOf({ reasoning }: ModelRequest, quirks: RunQuirks, warnings: Warning[]): string | undefined {
  if (reasoning === undefined) return undefined;
  if (quirks.reasoning === 'reasoning_effort' && reasoning !== 'none')
    return nearestEffort(reasoning, ['low', 'medium', 'high'], warnings);
  warnings.push({
    action: 'dropped',
    what: `reasoning "${reasoning}"`,
    why: 'this model does not support this effort',
  });
  return undefined;
}
