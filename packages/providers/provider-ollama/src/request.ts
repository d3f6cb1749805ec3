import type { Effort, JsonObject, ModelOutput, ModelRequest, Warning } from '@majordomo/core';
import { checkInteger, isRecord, RARE_SETTINGS, withOutputInstruction } from '@majordomo/core/toolkit';
import { nearestEffort, unsentCacheWarnings, unsentSettingWarnings } from '@majordomo/wire-kit';
import { toMessages, type WireMessage } from './messages.ts';
import type { OllamaQuirks, RunnerOptions } from './quirks.ts';
import { toTools, type WireTool } from './tools.ts';

/** Body of `POST /api/chat`. Other properties of the body come from `extra`. */
export interface WireParams {
  model: string;
  messages: WireMessage[];
  tools?: WireTool[];
  format?: JsonObject | 'json';
  think?: boolean | 'low' | 'medium' | 'high';
  logprobs?: true;
  top_logprobs?: number;
  keep_alive?: string | number;
  options?: Record<string, unknown>;
  stream: boolean;
}

export interface WireRequest {
  readonly params: WireParams & Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
}

export interface ToWireOptions extends RunnerOptions {
  /** Id of the group of models that accept this model's reasoning. See `Model.families`. */
  readonly family: string;
  /** Whether a streamed response is requested. */
  readonly stream: boolean;
}

/** Converts a request to the body of `POST /api/chat`. */
export function toWire(
  request: ModelRequest,
  modelId: string,
  quirks: OllamaQuirks,
  { family, stream, numCtx, keepAlive }: ToWireOptions,
): WireRequest {
  const warnings: Warning[] = [];
  const messages = toMessages(request.messages, family, warnings);
  const tools = toTools(request, warnings);
  const output = toOutput(request.output, quirks, tools.length > 0, warnings);
  const system = [request.system, output.instruction]
    .filter((text) => text !== undefined && text !== '')
    .join('\n\n');
  if (system !== '') messages.unshift({ role: 'system', content: system });
  const params: WireParams = { model: modelId, messages, stream };
  if (tools.length > 0) params.tools = tools;
  if (output.format !== undefined) params.format = output.format;
  if (request.reasoning !== undefined) params.think = toThink(request.reasoning, quirks, warnings);
  if (keepAlive !== undefined) params.keep_alive = keepAlive;
  const options = toOptions(request, numCtx);
  if (Object.keys(options).length > 0) params.options = options;
  if (request.logprobs !== undefined) params.logprobs = true;
  if (request.logprobs !== undefined && request.logprobs > 0) params.top_logprobs = request.logprobs;
  warnings.push(...unsentSettingWarnings(request, ['serviceTier', ...RARE_SETTINGS]));
  warnings.push(...unsentCacheWarnings(request, 'the server controls its prompt cache'));
  return { params: withExtra(params, request.extra), warnings };
}

interface WireOutput {
  readonly format?: JsonObject | 'json';
  readonly instruction?: string;
}

/**
 * Converts the output schema. In a request with tools, the system text contains the schema, because `format` constrains every
 * token and would forbid tool calls (ollama's server/routes.go, 2026-11). For servers that may ignore `format`, `format` and the
 * system text contain the schema.
 */
function toOutput(
  output: ModelOutput | undefined,
  { schema }: OllamaQuirks,
  hasTools: boolean,
  warnings: Warning[],
): WireOutput {
  if (output === undefined) return {};
  const format = output.schema ?? ('json' as const);
  if (!hasTools && schema === 'format') return { format };
  const why = hasTools ? 'an output schema would forbid tool calls' : 'this server may ignore a schema';
  warnings.push({ action: 'emulated', what: 'output', why: `${why}; the system text contains it` });
  const instruction = withOutputInstruction(undefined, output.schema);
  return hasTools ? { instruction } : { format, instruction };
}

function toThink(
  effort: Effort,
  { think }: OllamaQuirks,
  warnings: Warning[],
): NonNullable<WireParams['think']> {
  if (effort === 'none') return false;
  // The API has three levels (docs.ollama.com/capabilities/thinking, 2026-11).
  if (think === 'levels') return nearestEffort(effort, ['low', 'medium', 'high'], warnings) ?? true;
  warnings.push({
    action: 'coerced',
    what: `reasoning "${effort}"`,
    why: 'this model has no reasoning levels',
  });
  return true;
}

function toOptions(request: ModelRequest, numCtx: number | undefined): Record<string, unknown> {
  const { maxTokens, temperature, topP, topK, frequencyPenalty, presencePenalty, stop, seed } = request;
  checkInteger(maxTokens, 'maxTokens');
  const options: Record<string, unknown> = {};
  if (numCtx !== undefined) options['num_ctx'] = numCtx;
  if (maxTokens !== undefined) options['num_predict'] = maxTokens;
  if (temperature !== undefined) options['temperature'] = temperature;
  if (topP !== undefined) options['top_p'] = topP;
  if (topK !== undefined) options['top_k'] = topK;
  if (frequencyPenalty !== undefined) options['frequency_penalty'] = frequencyPenalty;
  if (presencePenalty !== undefined) options['presence_penalty'] = presencePenalty;
  if (stop !== undefined && stop.length > 0) options['stop'] = stop;
  if (seed !== undefined) options['seed'] = seed;
  return options;
}

/** Merges `extra` into the body. The properties of `options` are merged, because they are independent settings. */
function withExtra(params: WireParams, extra: ModelRequest['extra']): WireRequest['params'] {
  const merged: WireRequest['params'] = { ...params, ...extra };
  const options = extra['options'];
  if (params.options !== undefined && isRecord(options)) {
    merged.options = { ...params.options, ...options };
  }
  return merged;
}
