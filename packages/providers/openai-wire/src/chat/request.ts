import type { Effort, ModelRequest, Warning } from '@majordomo/core';
import { nearestEffort, unsentSettingWarnings } from '@majordomo/wire-kit';
import { addBreakpoint, cacheToWire } from '../cache.ts';
import {
  acceptedSetting,
  joinSystem,
  mergeParams,
  rejectedWarning,
  tierToWire,
  type ToWireOptions,
  type WireRequest,
} from '../request.ts';
import { outputToWire } from '../schema/output.ts';
import { originalSchemas, prepareTools } from '../schema/strict-tools.ts';
import { mergeVendorTools } from '../schema/vendor-tools.ts';
import { messagesToWire } from './messages.ts';
import type { ChatParameter, ChatQuirks } from './quirks.ts';
import { schemaFormat, toolChoiceToWire, toolsToWire } from './tools.ts';

/** Converts a request to the body of Chat Completions. Omits properties that have no value. */
export function toWire(
  request: ModelRequest,
  modelId: string,
  quirks: ChatQuirks,
  { stream, family }: ToWireOptions,
): WireRequest {
  const warnings: Warning[] = [];
  const output = outputToWire(request.output, quirks, schemaFormat, warnings);
  const system = joinSystem(request.system, output.instruction);
  const messages = messagesToWire(request, quirks, family, warnings);
  const cache = cacheToWire(request.cache, quirks, warnings);
  if (cache.afterLeading !== undefined) {
    // A message can become several messages of the wire. The first conversion has already added the warnings.
    const leading = { ...request, messages: request.messages.slice(0, request.cache?.after) };
    const { length } = messagesToWire(leading, quirks, family, []);
    addBreakpoint(messages, length, cache.afterLeading, 'text');
  }
  if (system !== '') {
    messages.unshift({ role: quirks.systemRole, content: system });
    addBreakpoint(messages, 1, cache.afterSystem, 'text');
  }
  const { tools, originals } = prepareTools(request, quirks, warnings);
  const wireTools = tools.length > 0 ? toolsToWire(tools) : undefined;
  const params: Record<string, unknown> = {
    messages,
    tools: wireTools,
    response_format: output.format,
    stream: stream ? true : undefined,
    ...cache.params,
  };
  putSettings(params, request, quirks, stream, warnings);
  return {
    params: mergeParams(modelId, params, quirks, mergeVendorTools(request.extra, wireTools)),
    headers: cache.headers,
    warnings,
    originals: originalSchemas(originals, output.original),
  };
}

function putSettings(
  params: Record<string, unknown>,
  request: ModelRequest,
  quirks: ChatQuirks,
  stream: boolean,
  warnings: Warning[],
): void {
  /** Sets a property of the body. `parameter`: its name in the quirk `refuses`. `field`: its name at this server. */
  const put = (parameter: ChatParameter, field: string, value: unknown): void => {
    if (value === undefined) return;
    if (!quirks.refuses.includes(parameter)) params[field] = value;
    // The provider itself adds `stream_options`, so the caller loses no setting.
    else if (parameter !== 'stream_options') warnings.push(rejectedWarning(field));
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
  params['service_tier'] = tierToWire(request.serviceTier, quirks.serviceTiers, warnings);
  params['verbosity'] = acceptedSetting(request, 'verbosity', quirks, warnings);
  params['safety_identifier'] = acceptedSetting(request, 'endUser', quirks, warnings);
  warnings.push(...unsentSettingWarnings(request, ['reasoningSummary']));
}

function topKToWire({ topK }: ModelRequest, quirks: ChatQuirks, warnings: Warning[]): number | undefined {
  if (topK === undefined || quirks.topK) return topK;
  warnings.push({ action: 'dropped', what: 'topK', why: 'the server does not accept it' });
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
    why: `the server accepts at most ${stopMax} stop sequences`,
  });
  return stopMax === 0 ? undefined : stop.slice(0, stopMax);
}

type EffortProperty = readonly [field: string, value: unknown];

/** Returns the property that requests the effort. Its value is `undefined` if no property is sent. */
function effortToWire(effort: Effort | undefined, quirks: ChatQuirks, warnings: Warning[]): EffortProperty {
  const field = quirks.reasoningRequest;
  if (effort === undefined) return [field, undefined];
  switch (field) {
    case 'reasoning_effort':
    case 'reasoning.effort':
      if (effort === 'none') return noEffortToWire(field, quirks, warnings);
      return effortMember(field, nearestEffort(effort, quirks.efforts, warnings));
    case 'thinking.type':
      return ['thinking', { type: isOn(effort, warnings) ? 'enabled' : 'disabled' }];
    case 'enable_thinking':
      return ['enable_thinking', isOn(effort, warnings)];
    case 'none':
      if (effort !== 'none') warnings.push(rejectedWarning('reasoning'));
      return [field, undefined];
    default:
      return field satisfies never;
  }
}

type EffortField = 'reasoning_effort' | 'reasoning.effort';

const effortMember = (field: EffortField, value: string | undefined): EffortProperty =>
  field === 'reasoning_effort' || value === undefined ? [field, value] : ['reasoning', { effort: value }];

function noEffortToWire(
  field: EffortField,
  { reasoningOff }: ChatQuirks,
  warnings: Warning[],
): EffortProperty {
  if (reasoningOff === 'thinking.disabled') return ['thinking', { type: 'disabled' }];
  if (reasoningOff === 'none') return effortMember(field, 'none');
  const action = reasoningOff === 'omit' ? 'dropped' : 'coerced';
  warnings.push({ action, what: 'reasoning "none"', why: 'this model always reasons' });
  return reasoningOff === 'omit' ? [field, undefined] : effortMember(field, reasoningOff);
}

function isOn(effort: Effort, warnings: Warning[]): boolean {
  if (effort === 'none') return false;
  warnings.push({
    action: 'coerced',
    what: `reasoning "${effort}"`,
    why: 'this model has no reasoning levels',
  });
  return true;
}
