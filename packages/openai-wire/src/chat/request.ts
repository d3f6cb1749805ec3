import type { Effort, ModelRequest, Warning } from '@majordomo/core';
import { nearestEffort } from '@majordomo/core/toolkit';
import { tierToWire } from '../transcript/service-tier.ts';
import { messagesToWire } from './messages.ts';
import { schemaFormat } from './format.ts';
import { outputToWire } from '../schema/output.ts';
import type { ChatParameter, ChatQuirks } from './quirks.ts';
import { absencesOf, fittedTools, type Absences } from '../schema/strict-tools.ts';
import { besideTools } from '../schema/vendor-tools.ts';
import { toolChoiceToWire, toolsToWire } from './tools.ts';

/** A body of the wire. Only `request.extra` and a profile's `extraBody` bring members that are not built here. */
export interface ChatParams {
  readonly model: string;
  readonly [member: string]: unknown;
}

/** What a conversion needs next to the request and the quirks. */
export interface ToWireOptions {
  /** Ask for events or for one body. */
  readonly stream: boolean;
  /** The replay family of this model: see `chatReasoningFamily`. Without it no reasoning goes back. */
  readonly family?: string | undefined;
}

/** A body and what it could not say. */
export interface WireRequest {
  /** For `bodyText`. */
  readonly params: ChatParams;
  /** What was dropped, coerced or emulated. */
  readonly warnings: readonly Warning[];
  /** For the reader: the schemas by which nulls are taken out of the answer. */
  readonly absences: Absences | undefined;
}

/** A request as the body of Chat Completions. Pure; members without a value are absent. */
export function toWire(
  request: ModelRequest,
  modelId: string,
  quirks: ChatQuirks,
  { stream, family }: ToWireOptions,
): WireRequest {
  const warnings: Warning[] = [];
  const output = outputToWire(request.output, quirks, schemaFormat, warnings);
  const system = [request.system, output.instruction]
    .filter((text) => text !== undefined && text !== '')
    .join('\n\n');
  const messages = messagesToWire(request, quirks, family, warnings);
  if (system !== '') messages.unshift({ role: quirks.systemRole, content: system });
  const params: Record<string, unknown> = { model: modelId, messages };
  const { tools, absences } = fittedTools(request, quirks, warnings);
  const wireTools = tools.length > 0 ? toolsToWire(tools) : undefined;
  if (wireTools !== undefined) params['tools'] = wireTools;
  if (output.format !== undefined) params['response_format'] = output.format;
  if (stream) params['stream'] = true;
  putSettings(params, request, quirks, stream, warnings);
  const extra = besideTools(request.extra, wireTools);
  return {
    params: withExtra(params, modelId, quirks.extraBody, extra),
    warnings,
    absences: absencesOf(absences, output.absence),
  };
}

/** Members that some servers refuse: each is dropped with a warning where the quirks say so. */
function putSettings(
  params: Record<string, unknown>,
  request: ModelRequest,
  quirks: ChatQuirks,
  stream: boolean,
  warnings: Warning[],
): void {
  const put = (parameter: ChatParameter, field: string, value: unknown): void => {
    if (value === undefined) return;
    if (!quirks.refuses.includes(parameter)) params[field] = value;
    else if (parameter !== 'stream_options') warnings.push(refused(field));
  };
  put('max_tokens', quirks.maxTokensField, request.maxTokens);
  put('temperature', 'temperature', request.temperature);
  put('top_p', 'top_p', request.topP);
  put('top_k', 'top_k', topKToWire(request, quirks, warnings));
  put('frequency_penalty', 'frequency_penalty', request.frequencyPenalty);
  put('presence_penalty', 'presence_penalty', request.presencePenalty);
  put('logprobs', 'logprobs', request.logprobs === undefined ? undefined : true);
  if (params['logprobs'] === true) params['top_logprobs'] = request.logprobs;
  put('stop', 'stop', stopToWire(request.stop, quirks, warnings));
  put('seed', quirks.seedField, request.seed);
  put('tool_choice', 'tool_choice', toolChoiceToWire(request, quirks));
  put('stream_options', 'stream_options', stream && quirks.streamUsage ? { include_usage: true } : undefined);
  const [field, value] = effortToWire(request.reasoning, quirks, warnings);
  put('reasoning_effort', field, value);
  const tier = tierToWire(request.serviceTier, quirks.serviceTiers, warnings);
  if (tier !== undefined) params['service_tier'] = tier;
  if (request.cache !== undefined && request.cache !== 'short') {
    Object.assign(params, cacheToWire(request.cache, quirks, warnings));
  }
}

const refused = (what: string): Warning => ({ action: 'dropped', what, why: 'this model does not take it' });

function topKToWire({ topK }: ModelRequest, quirks: ChatQuirks, warnings: Warning[]): number | undefined {
  if (topK === undefined || quirks.topK) return topK;
  warnings.push({ action: 'dropped', what: 'topK', why: 'the server does not take it' });
  return undefined;
}

function stopToWire(
  stop: readonly string[] | undefined,
  { stopMax }: ChatQuirks,
  warnings: Warning[],
): readonly string[] | undefined {
  if (stop === undefined || stop.length === 0) return undefined;
  if (stopMax === 'any' || stop.length <= stopMax) return stop;
  warnings.push({
    action: 'dropped',
    what: `stop[${stopMax}] and later`,
    why: `at most ${stopMax} are taken`,
  });
  return stopMax === 0 ? undefined : stop.slice(0, stopMax);
}

/** The body's member for the effort and its value. */
function effortToWire(
  effort: Effort | undefined,
  quirks: ChatQuirks,
  warnings: Warning[],
): [string, unknown] {
  const field = quirks.reasoningRequest;
  if (effort === undefined) return [field, undefined];
  switch (field) {
    case 'reasoning_effort':
    case 'reasoning.effort':
      if (effort === 'none') return offToWire(quirks, warnings);
      return effortMember(field, nearestEffort(effort, quirks.efforts, warnings));
    case 'thinking.type':
      return ['thinking', { type: onOff(effort, 'enabled', 'disabled', warnings) }];
    case 'enable_thinking':
      return ['enable_thinking', onOff(effort, true, false, warnings)];
    case 'none':
      if (effort !== 'none') warnings.push(refused('reasoning'));
      return [field, undefined];
    default:
      return field satisfies never;
  }
}

const effortMember = (
  field: 'reasoning_effort' | 'reasoning.effort',
  word: string | undefined,
): [string, unknown] =>
  field === 'reasoning_effort' || word === undefined ? [field, word] : ['reasoning', { effort: word }];

function offToWire({ reasoningOff, reasoningRequest }: ChatQuirks, warnings: Warning[]): [string, unknown] {
  if (reasoningOff === 'thinking.disabled') return ['thinking', { type: 'disabled' }];
  const field = reasoningRequest === 'reasoning.effort' ? reasoningRequest : 'reasoning_effort';
  if (reasoningOff === 'none') return effortMember(field, 'none');
  const action = reasoningOff === 'omit' ? 'dropped' : 'coerced';
  warnings.push({ action, what: 'reasoning "none"', why: 'this model always reasons' });
  return reasoningOff === 'omit' ? [field, undefined] : effortMember(field, reasoningOff);
}

function onOff<T>(effort: Effort, on: T, off: T, warnings: Warning[]): T {
  if (effort === 'none') return off;
  warnings.push({ action: 'coerced', what: `reasoning "${effort}"`, why: 'reasoning is on or off here' });
  return on;
}

function cacheToWire(cache: 'none' | 'long', quirks: ChatQuirks, warnings: Warning[]): object | undefined {
  if (cache === 'long' && quirks.cacheRequest === 'prompt_cache_retention')
    return { prompt_cache_retention: '24h' };
  warnings.push({
    action: 'dropped',
    what: `cache "${cache}"`,
    why: 'the server decides about its prompt cache',
  });
  return undefined;
}

/** What a profile and then the caller add goes over everything; a member that they give no value is not sent. */
function withExtra(
  params: Record<string, unknown>,
  model: string,
  extraBody: Readonly<Record<string, unknown>>,
  extra: Readonly<Record<string, unknown>>,
): ChatParams {
  const all = { ...params, ...extraBody, ...extra };
  if (Object.values(all).every((value) => value !== undefined)) return { model, ...all };
  return { model, ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) };
}
