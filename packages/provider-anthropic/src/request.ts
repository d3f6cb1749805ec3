import type {
  OutputConfig,
  TextBlockParam,
  ThinkingConfigParam,
  Tool,
  ToolChoice,
} from '@anthropic-ai/sdk/resources/messages';
import { isThinkingOn, lacksThinking, toOutput, toSampling, toThinking, toTools } from '@majordomo/claude';
import type { JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { checkInteger, isList, isRecord, unsentSettingWarnings } from '@majordomo/core/toolkit';
import { isResult, isThinking } from './blocks.ts';
import { markCache } from './cache.ts';
import { dropFinalThinking, toMessages, type WireMessage } from './messages.ts';
import type { Quirks } from './quirks.ts';
import { toToolChoice, wireTools } from './tools.ts';

/** The body of POST /v1/messages; what else it holds came from `extra`. */
export interface WireParams {
  model: string;
  max_tokens: number;
  system?: TextBlockParam[];
  messages: WireMessage[];
  tools?: Tool[];
  tool_choice?: ToolChoice;
  thinking?: ThinkingConfigParam;
  output_config?: OutputConfig;
  stop_sequences?: string[];
  temperature?: number;
  top_p?: number;
  top_k?: number;
  service_tier?: 'auto' | 'standard_only';
  stream?: true;
}

export interface WireRequest {
  readonly params: WireParams & Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
}

/** `max_tokens` is required; where the model's most is not known, this much is asked for. */
export const DEFAULT_MAX_TOKENS = 8192;

/**
 * The tokens that the answer may have: asked for, or the model's most. Throws `invalid-request` for a
 * senseless number.
 */
export function maxTokensOf({ maxTokens }: ModelRequest, most: number | undefined): number {
  checkInteger(maxTokens, 'maxTokens');
  return maxTokens === undefined ? (most ?? DEFAULT_MAX_TOKENS) : Math.min(maxTokens, most ?? maxTokens);
}

/**
 * One request as the wire wants it, with replay tokens of `family` only. Pure: nothing of the request is changed. `most`:
 * the model's most output tokens.
 */
export function toWire(
  request: ModelRequest,
  modelId: string,
  quirks: Quirks,
  family: string,
  most?: number,
): WireRequest {
  const warnings: Warning[] = [];
  const messages = toMessages(request.messages, family, warnings);
  const output = toOutput(request.output, request.system, warnings);
  const tools = wireTools(toTools(request.tools, quirks, output.schema, warnings));
  const choice = tools.length === 0 ? undefined : toToolChoice(request.toolChoice, quirks, warnings);
  const maxTokens = clampedMaxTokens(request, most, warnings);
  const situation = {
    maxTokens,
    lacksThinking: lacksThinking(messages, { isThinking, isResult }),
    forcesTool: choice?.type === 'any' || choice?.type === 'tool',
  };
  const thinking = toThinking(request.reasoning, quirks, situation, warnings);
  const thinks = isThinkingOn(thinking.config, quirks);
  if (!thinks) dropFinalThinking(messages);
  const system = systemBlocks(output.system);
  const { cache } = request;
  if (cache === 'short' || cache === 'long') markCache(cache, tools, system, messages);
  warnings.push(
    ...unsentSettingWarnings(request, ['seed', 'frequencyPenalty', 'presencePenalty', 'logprobs']),
  );

  const params: WireParams = { model: modelId, max_tokens: maxTokens, messages };
  if (system.length > 0) params.system = system;
  if (tools.length > 0) params.tools = tools;
  if (choice !== undefined) params.tool_choice = choice;
  if (thinking.config !== undefined) params.thinking = thinking.config;
  const config = outputConfig(output.schema, thinking.effort);
  if (config !== undefined) params.output_config = config;
  const stop = stopSequences(request.stop, warnings);
  if (stop.length > 0) params.stop_sequences = stop;
  const { temperature, topP, topK } = toSampling(request, quirks, thinks, warnings);
  if (temperature !== undefined) params.temperature = temperature;
  if (topP !== undefined) params.top_p = topP;
  if (topK !== undefined) params.top_k = topK;
  const tier = toServiceTier(request.serviceTier, warnings);
  if (tier !== undefined) params.service_tier = tier;
  return { params: withExtra(params, request.extra), warnings };
}

function clampedMaxTokens(request: ModelRequest, most: number | undefined, warnings: Warning[]): number {
  const maxTokens = maxTokensOf(request, most);
  if (request.maxTokens !== undefined && request.maxTokens > maxTokens) {
    warnings.push({ action: 'coerced', what: `maxTokens to ${maxTokens}`, why: 'this model writes no more' });
  }
  return maxTokens;
}

/**
 * Returns the headers of a request. `API_VERSION` refuses every sampling parameter; models that take them need the former.
 */
export const headersOf = (params: WireRequest['params']): Readonly<Record<string, string>> =>
  'temperature' in params || 'top_p' in params || 'top_k' in params
    ? { ...JSON_BODY, 'anthropic-version': '2023-06-01' }
    : JSON_BODY;

/** Version of the API that is requested. */
export const API_VERSION = '2026-10-21';

const JSON_BODY = { 'content-type': 'application/json' };

const systemBlocks = (system: string | undefined): TextBlockParam[] =>
  system === undefined || system.trim() === '' ? [] : [{ type: 'text', text: system }];

function outputConfig(
  schema: JsonObject | undefined,
  effort: OutputConfig['effort'] | undefined,
): OutputConfig | undefined {
  if (schema === undefined && effort === undefined) return undefined;
  const config: OutputConfig = {};
  if (effort !== undefined) config.effort = effort;
  if (schema !== undefined) config.format = { type: 'json_schema', schema };
  return config;
}

/** Capacity that was bought ahead (`auto`) or the ordinary one: the wire has no cheaper tier (SDK 1.10). */
function toServiceTier(tier: ModelRequest['serviceTier'], warnings: Warning[]): WireParams['service_tier'] {
  switch (tier) {
    case undefined:
      return undefined;
    case 'default':
      return 'standard_only';
    case 'priority':
      return 'auto';
    case 'flex':
      warnings.push({ action: 'dropped', what: 'serviceTier "flex"', why: 'this wire has no cheaper tier' });
      return undefined;
    default:
      return tier satisfies never;
  }
}

/** "Each stop sequence must contain non-whitespace." */
function stopSequences(stop: readonly string[] = [], warnings: Warning[]): string[] {
  const kept = stop.filter((sequence) => sequence.trim() !== '');
  if (kept.length < stop.length) {
    warnings.push({ action: 'dropped', what: 'blank stop sequences', why: 'the wire refuses them' });
  }
  return kept;
}

/**
 * Merged last. `output_config` holds independent settings, so it is merged by its fields. Tools that run at the vendor stand
 * next to those of the request; a list with functions of its own is the whole list.
 */
function withExtra(params: WireParams, extra: ModelRequest['extra']): WireRequest['params'] {
  const merged: WireRequest['params'] = { ...params, ...extra };
  const { tools } = extra;
  if (params.tools !== undefined && isList(tools) && tools.every(isOfVendor))
    merged.tools = [...params.tools, ...(tools as Tool[])];
  const settings = extra['output_config'];
  if (params.output_config !== undefined && isRecord(settings)) {
    merged.output_config = { ...params.output_config, ...settings };
  }
  return merged;
}

const isOfVendor = (tool: unknown): boolean => isRecord(tool) && !('input_schema' in tool);
