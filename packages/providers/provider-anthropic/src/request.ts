import type {
  Metadata,
  OutputConfig,
  TextBlockParam,
  ThinkingConfigParam,
  ToolChoice,
} from '@anthropic-ai/sdk/resources/messages';
import {
  isThinkingOn,
  lacksThinking,
  toOutput,
  toSampling,
  toThinking,
  toTools,
  withUniformCitations,
} from '@majordomo/claude';
import type { Capabilities, JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { asList, checkInteger, isList, isRecord, tryParseJson } from '@majordomo/core/toolkit';
import { unsentSettingWarnings } from '@majordomo/wire-kit';
import { isResult, isThinking } from './blocks.ts';
import { markCache } from './cache.ts';
import { sendablePrograms, withContainer } from './container.ts';
import { deferredNames } from './deferred-tools.ts';
import { continuePausedTurn, dropFinalThinking, toMessages, type WireMessage } from './messages.ts';
import type { Quirks } from './quirks.ts';
import { programTool, withAllowedCallers, type WireTool } from './programs.ts';
import { toToolChoice, wireTools } from './tools.ts';

/** Body of `POST /v1/messages`. Additional properties come from `extra`. */
export interface WireParams {
  model: string;
  max_tokens: number;
  system?: TextBlockParam[];
  messages: WireMessage[];
  tools?: WireTool[];
  tool_choice?: ToolChoice;
  thinking?: ThinkingConfigParam;
  output_config?: OutputConfig;
  stop_sequences?: string[];
  temperature?: number;
  top_p?: number;
  top_k?: number;
  service_tier?: 'auto' | 'standard_only';
  inference_geo?: string | null;
  metadata?: Metadata;
  stream?: true;
}

export interface WireRequest {
  readonly params: WireParams & Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
}

/** Value of the required property `max_tokens` for a model whose limit is unknown. */
export const DEFAULT_MAX_TOKENS = 8192;

/** Settings that the API does not have. */
const UNSENT = [
  'seed',
  'frequencyPenalty',
  'presencePenalty',
  'logprobs',
  'reasoningSummary',
  'verbosity',
] as const;

/** Converts a request to a body. Omits reasoning and vendor blocks of other families. `maxOutputTokens` limits `max_tokens`. */
export function toWire(
  original: ModelRequest,
  modelId: string,
  quirks: Quirks,
  family: string,
  { maxOutputTokens, prefill }: Pick<Capabilities, 'maxOutputTokens' | 'prefill'> = {},
  inferenceGeo?: string,
): WireRequest {
  const warnings: Warning[] = [];
  const request = { ...original, messages: sendablePrograms(original, family, warnings) };
  const deferred = deferredNames(request, quirks);
  const programs = programTool(request, warnings);
  const documents = withUniformCitations(request, warnings);
  const messages = toMessages(documents, family, warnings, deferred);
  if (prefill === false) continuePausedTurn(messages, warnings);
  const output = toOutput(request.output, request.system, warnings);
  // The schemas of deferred tools are not part of the grammar that the API compiles.
  const definitions = request.tools.map((tool) =>
    deferred.has(tool.name)
      ? { ...withAllowedCallers(tool, programs), strict: false }
      : withAllowedCallers(tool, programs),
  );
  const tools: WireTool[] = wireTools(toTools(definitions, quirks, output.schema, warnings), deferred);
  // Later requests append loaded tools, so the tool that runs programs is first. The cached prefix of the tools then stays the same.
  if (programs?.added !== undefined) tools.unshift(programs.added);
  const choice = tools.length === 0 ? undefined : toToolChoice(request.toolChoice, quirks, warnings);
  const maxTokens = maxTokensOf(request, maxOutputTokens, warnings);
  const situation = {
    maxTokens,
    // With a token budget, a turn that continues after tool results must begin with thinking.
    lacksThinking: lacksThinking(messages, { isThinking, isResult }),
    forcesTool: choice?.type === 'any' || choice?.type === 'tool',
  };
  const thinking = toThinking(request.reasoning, quirks, situation, warnings);
  const thinks = isThinkingOn(thinking.config, quirks);
  // `dropFinalThinking` and `markCache` change `messages`, so all decisions about the messages precede them.
  if (!thinks) dropFinalThinking(messages);
  const system = systemBlocks(output.system);
  markCache(request, family, { tools, system, messages, deferred });
  warnings.push(...unsentSettingWarnings(request, UNSENT));

  const params: WireParams = { model: modelId, max_tokens: maxTokens, messages };
  if (system.length > 0) params.system = system;
  if (tools.length > 0) params.tools = tools;
  if (choice !== undefined) params.tool_choice = choice;
  if (thinking.config !== undefined) params.thinking = thinking.config;
  const config = outputConfig(output.schema, thinking.effort);
  if (config !== undefined) params.output_config = config;
  const stop = stopSequences(request.stop, warnings);
  if (stop.length > 0) params.stop_sequences = stop;
  if (request.endUser !== undefined) params.metadata = { user_id: request.endUser };
  const { temperature, topP, topK } = toSampling(request, quirks, thinks, warnings);
  if (temperature !== undefined) params.temperature = temperature;
  if (topP !== undefined) params.top_p = topP;
  if (topK !== undefined) params.top_k = topK;
  const tier = toServiceTier(request.serviceTier, warnings);
  if (tier !== undefined) params.service_tier = tier;
  const merged = withExtra(params, withContainer(request, family, warnings));
  // A `null` in `extra` would select the workspace's default, which may contradict the declared region.
  if (inferenceGeo !== undefined) merged.inference_geo ??= inferenceGeo;
  return { params: merged, warnings };
}

/**
 * Returns the value of `max_tokens`: the value in the request, but at most the model's limit. Without a value, returns the limit,
 * or 8,192 for a model without a known limit. Throws `invalid-request` if the value is not a positive integer.
 */
function maxTokensOf(
  { maxTokens }: ModelRequest,
  modelMaxTokens: number | undefined,
  warnings: Warning[],
): number {
  checkInteger(maxTokens, 'maxTokens');
  if (maxTokens === undefined) return modelMaxTokens ?? DEFAULT_MAX_TOKENS;
  if (modelMaxTokens === undefined || maxTokens <= modelMaxTokens) return maxTokens;
  warnings.push({
    action: 'coerced',
    what: `maxTokens to ${modelMaxTokens}`,
    why: 'the model has this limit',
  });
  return modelMaxTokens;
}

/**
 * Returns the headers of a request. A request with sampling parameters specifies the earlier API version, because `API_VERSION`
 * rejects these parameters.
 */
export const headersOf = (params: WireRequest['params']): Readonly<Record<string, string>> =>
  'temperature' in params || 'top_p' in params || 'top_k' in params
    ? { ...JSON_BODY, 'anthropic-version': '2023-06-01' }
    : JSON_BODY;

/** Headers that must be the same for all requests of a batch. */
const GROUP_HEADERS = ['anthropic-version', 'anthropic-beta'];

/** Returns the headers that must be the same for all requests of a batch, as a string. */
export const groupOf = (headers: Headers): string =>
  JSON.stringify(GROUP_HEADERS.map((name) => headers.get(name) ?? ''));

/** Returns the headers from a string that `groupOf` returned. */
export function headersOfGroup(group: string = ''): Record<string, string> {
  const values = asList(tryParseJson(group));
  return Object.fromEntries(
    GROUP_HEADERS.flatMap((name, at) => {
      const value = values[at];
      return typeof value === 'string' && value !== '' ? [[name, value]] : [];
    }),
  );
}

/** Value of the header `anthropic-version`. */
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

/** Returns the service tier. With `auto`, the API uses capacity that the account reserved. No cheaper tier exists (SDK 1.10). */
function toServiceTier(tier: ModelRequest['serviceTier'], warnings: Warning[]): WireParams['service_tier'] {
  switch (tier) {
    case undefined:
      return undefined;
    case 'default':
      return 'standard_only';
    case 'priority':
      return 'auto';
    case 'flex':
      warnings.push({ action: 'dropped', what: 'serviceTier "flex"', why: 'this API has no cheaper tier' });
      return undefined;
    default:
      return tier satisfies never;
  }
}

/** Removes blank stop sequences, which the API rejects ("Each stop sequence must contain non-whitespace."). */
function stopSequences(stop: readonly string[] = [], warnings: Warning[]): string[] {
  const nonBlank = stop.filter((sequence) => sequence.trim() !== '');
  if (nonBlank.length < stop.length) {
    warnings.push({ action: 'dropped', what: 'blank stop sequences', why: 'the API rejects them' });
  }
  return nonBlank;
}

/**
 * Merges `extra` into the body. Merges the properties of `output_config` and `metadata`, because they are independent. If
 * `extra.tools` contains only vendor tools, they are added to the request's tools. Otherwise, `extra.tools` replaces the
 * request's tools.
 */
function withExtra(params: WireParams, extra: ModelRequest['extra']): WireRequest['params'] {
  const merged: WireRequest['params'] = { ...params, ...extra };
  const { tools } = extra;
  if (params.tools !== undefined && isList(tools) && tools.every(isVendorTool))
    merged.tools = [...params.tools, ...(tools as WireTool[])];
  const settings = extra['output_config'];
  if (params.output_config !== undefined && isRecord(settings)) {
    merged.output_config = { ...params.output_config, ...settings };
  }
  const metadata = extra['metadata'];
  if (params.metadata !== undefined && isRecord(metadata))
    merged.metadata = { ...params.metadata, ...metadata };
  return merged;
}

const isVendorTool = (tool: unknown): boolean => isRecord(tool) && !('input_schema' in tool);
