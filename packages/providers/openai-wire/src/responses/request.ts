import type { JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import { nearestEffort, unsentSettingWarnings } from '@majordomo/wire-kit';
import { definedMembers } from '@majordomo/wire-kit/internal';
import { addBreakpoint, cacheToWire, type WireCache } from '../cache.ts';
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
import { listedTools, loadedTools } from './additional-tools.ts';
import type { InputItem } from './blocks.ts';
import { withContainer } from './containers.ts';
import { itemsToWire } from './messages.ts';
import { hasProgramTool, sendablePrograms } from './programs.ts';
import type { ResponsesParameter, ResponsesQuirks } from './quirks.ts';
import { customInputs, schemaFormat, toolChoiceToWire, toolsToWire } from './tools.ts';

/** Converts a request to the body of Responses. Omits properties that have no value. */
export function toWire(
  original: ModelRequest,
  modelId: string,
  quirks: ResponsesQuirks,
  { stream, family }: ToWireOptions,
): WireRequest {
  const warnings: Warning[] = [];
  const request = { ...original, messages: sendablePrograms(original, family, warnings) };
  const output = outputToWire(request.output, quirks, schemaFormat, warnings);
  const { tools, originals } = prepareTools(request, quirks, warnings);
  const inputs = customInputs(request.tools);
  const loaded = loadedTools(tools, request, quirks);
  const listed = loaded.size === 0 ? tools : listedTools(tools);
  const input = itemsToWire(request, quirks, family, warnings, loaded);
  const cache = cacheToWire(request.cache, quirks, warnings);
  if (cache.afterLeading !== undefined) {
    // A message can become several items. The first conversion has already added the warnings.
    const leading = { ...request, messages: request.messages.slice(0, request.cache?.after) };
    const { length } = itemsToWire(leading, quirks, family, [], loaded);
    addBreakpoint(input, length, cache.afterLeading, 'input_text');
  }
  const system = joinSystem(request.system, output.instruction);
  const wireTools = listed.length > 0 ? newTools(toolsToWire(listed), request) : undefined;
  const verbosity = acceptedSetting(request, 'verbosity', quirks, warnings);
  const params: Record<string, unknown> = {
    instructions: systemToWire(system, input, cache, quirks, warnings),
    input,
    // Do not let the vendor store the conversation, because another target could not continue it.
    store: false,
    stream: stream ? true : undefined,
    text: definedMembers<Readonly<Record<string, unknown>>>({ format: output.format, verbosity }),
    tools: wireTools,
    ...cache.params,
  };
  putSettings(params, request, quirks, warnings);
  return {
    params: mergeParams(
      modelId,
      params,
      quirks,
      mergeInclude(mergeVendorTools(withContainer(request, family), wireTools), params),
    ),
    headers: cache.headers,
    warnings,
    originals: originalSchemas(originals, output.original),
    customInputs: inputs.size === 0 ? undefined : inputs,
  };
}

/** Returns the tools without the tool that runs programs, if the caller's `extra` contains it. */
const newTools = <Tool extends object>(tools: readonly Tool[], { extra }: ModelRequest): readonly Tool[] =>
  hasProgramTool(extra['tools']) ? tools.filter((tool) => !hasProgramTool([tool])) : tools;

/** Adds the values of `include` that the request needs, which `putSettings` has set, to the caller's values. */
function mergeInclude(
  extra: ModelRequest['extra'],
  { include: needed }: Readonly<Record<string, unknown>>,
): ModelRequest['extra'] {
  const added = extra['include'];
  if (!isList(needed) || !isList(added)) return extra;
  return { ...extra, include: [...new Set([...needed, ...added])] };
}

/** Returns `instructions`, or adds the system text as the first message if the quirks or a cache breakpoint require that. */
function systemToWire(
  text: string,
  input: InputItem[],
  { afterSystem }: WireCache,
  { systemRole, defaultInstructions }: ResponsesQuirks,
  warnings: Warning[],
): string | undefined {
  const needsBreakpoint = text !== '' && afterSystem !== undefined;
  if (systemRole !== 'instructions' || needsBreakpoint) {
    const role = systemRole === 'instructions' ? 'developer' : systemRole;
    if (text !== '') input.unshift({ type: 'message', role, content: [{ type: 'input_text', text }] });
    if (needsBreakpoint) addBreakpoint(input, 1, afterSystem, 'input_text');
    return undefined;
  }
  if (text !== '' || defaultInstructions === '') return text === '' ? undefined : text;
  warnings.push({
    action: 'emulated',
    what: 'system',
    why: 'the backend rejects a request without system text',
  });
  return defaultInstructions;
}

/** Values of `include` that requests send without `extra`. */
export const ENCRYPTED_REASONING = 'reasoning.encrypted_content';
export const LOGPROBS = 'message.output_text.logprobs';

function putSettings(
  params: Record<string, unknown>,
  request: ModelRequest,
  quirks: ResponsesQuirks,
  warnings: Warning[],
): void {
  const put = (field: ResponsesParameter, value: unknown): void => {
    if (value === undefined) return;
    if (!quirks.refuses.includes(field)) params[field] = value;
    // A warning reports only a setting of the caller, and callers cannot set `parallel_tool_calls`.
    else if (field !== 'parallel_tool_calls') warnings.push(rejectedWarning(field));
  };
  put('max_output_tokens', request.maxTokens);
  put('temperature', request.temperature);
  put('top_p', request.topP);
  put('tool_choice', toolChoiceToWire(request));
  put('parallel_tool_calls', request.tools.length > 0 ? true : undefined);
  put('reasoning', reasoningToWire(request, quirks, warnings));
  put('top_logprobs', request.logprobs);
  const include = [
    ...(quirks.reasoningReplay === 'encrypted' ? [ENCRYPTED_REASONING] : []),
    ...(params['top_logprobs'] === undefined ? [] : [LOGPROBS]),
  ];
  if (include.length > 0) params['include'] = include;
  if (request.stop !== undefined && request.stop.length > 0) warnings.push(rejectedWarning('stop'));
  warnings.push(...unsentSettingWarnings(request, ['seed', 'topK', 'frequencyPenalty', 'presencePenalty']));
  params['service_tier'] = tierToWire(request.serviceTier, quirks.serviceTiers, warnings);
  params['safety_identifier'] = acceptedSetting(request, 'endUser', quirks, warnings);
}

/** Returns the property `reasoning`, with `summary` if the request or the quirks require a summary. */
export function reasoningToWire(
  {
    reasoning: requested,
    reasoningSummary: requestedSummary,
  }: Pick<ModelRequest, 'reasoning' | 'reasoningSummary'>,
  quirks: ResponsesQuirks,
  warnings: Warning[],
): JsonObject | undefined {
  const { reasoningRequest, reasoningOff, reasoningSummary } = quirks;
  if (reasoningRequest === 'none') {
    if (requested !== undefined && requested !== 'none') warnings.push(rejectedWarning('reasoning'));
    if (requestedSummary !== undefined) warnings.push(rejectedWarning('reasoningSummary'));
    return undefined;
  }
  const wanted = requestedSummary ?? (reasoningSummary === 'auto' ? 'auto' : undefined);
  const summary = wanted && { summary: wanted };
  if (requested !== 'none') {
    const effort = requested && nearestEffort(requested, quirks.efforts, warnings);
    return effort === undefined ? summary : { effort, ...summary };
  }
  if (reasoningOff === 'none') return { effort: requested, ...summary };
  const action = reasoningOff === 'omit' ? 'dropped' : 'coerced';
  warnings.push({ action, what: 'reasoning "none"', why: 'this model always reasons' });
  return reasoningOff === 'omit' ? summary : { effort: reasoningOff, ...summary };
}
