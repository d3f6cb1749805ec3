import type { Effort, JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { nearestEffort, unsentSettingWarnings } from '@majordomo/core/toolkit';
import {
  joinSystem,
  mergeParams,
  rejectedWarning,
  serviceToWire,
  type ToWireOptions,
  type WireRequest,
} from '../request.ts';
import { outputToWire } from '../schema/output.ts';
import { originalSchemas, prepareTools } from '../schema/strict-tools.ts';
import { mergeVendorTools } from '../schema/vendor-tools.ts';
import type { InputItem } from './blocks.ts';
import { itemsToWire } from './messages.ts';
import type { ResponsesParameter, ResponsesQuirks } from './quirks.ts';
import { schemaFormat, toolChoiceToWire, toolsToWire } from './tools.ts';

/** Converts a request into the body of Responses. Members without a value are absent. */
export function toWire(
  request: ModelRequest,
  modelId: string,
  quirks: ResponsesQuirks,
  { stream, family }: ToWireOptions,
): WireRequest {
  const warnings: Warning[] = [];
  const output = outputToWire(request.output, quirks, schemaFormat, warnings);
  const input = itemsToWire(request, quirks, family, warnings);
  const system = joinSystem(request.system, output.instruction);
  const { tools, originals } = prepareTools(request, quirks, warnings);
  const wireTools = tools.length > 0 ? toolsToWire(tools) : undefined;
  const params: Record<string, unknown> = {
    instructions: systemToWire(system, input, quirks, warnings),
    input,
    // A conversation that the vendor stores is lost if the vendor fails.
    store: false,
    stream: stream ? true : undefined,
    text: output.format === undefined ? undefined : { format: output.format },
    tools: wireTools,
  };
  putSettings(params, request, quirks, warnings);
  return {
    params: mergeParams(modelId, params, quirks, mergeVendorTools(request.extra, wireTools)),
    warnings,
    originals: originalSchemas(originals, output.original),
  };
}

/** Returns `instructions`, or adds a first message where the wire takes one instead. */
function systemToWire(
  text: string,
  input: InputItem[],
  { systemRole, defaultInstructions }: ResponsesQuirks,
  warnings: Warning[],
): string | undefined {
  if (systemRole !== 'instructions') {
    if (text !== '')
      input.unshift({ type: 'message', role: systemRole, content: [{ type: 'input_text', text }] });
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

function putSettings(
  params: Record<string, unknown>,
  request: ModelRequest,
  quirks: ResponsesQuirks,
  warnings: Warning[],
): void {
  const put = (field: ResponsesParameter, value: unknown): void => {
    if (value === undefined) return;
    if (!quirks.refuses.includes(field)) params[field] = value;
    else if (field !== 'parallel_tool_calls') warnings.push(rejectedWarning(field));
  };
  put('max_output_tokens', request.maxTokens);
  put('temperature', request.temperature);
  put('top_p', request.topP);
  put('tool_choice', toolChoiceToWire(request));
  put('parallel_tool_calls', request.tools.length > 0 ? true : undefined);
  put('reasoning', reasoningToWire(request.reasoning, quirks, warnings));
  put('top_logprobs', request.logprobs);
  const include = [
    ...(quirks.reasoningReplay === 'encrypted' ? ['reasoning.encrypted_content'] : []),
    ...(params['top_logprobs'] === undefined ? [] : ['message.output_text.logprobs']),
  ];
  if (include.length > 0) params['include'] = include;
  if (request.stop !== undefined && request.stop.length > 0) warnings.push(rejectedWarning('stop'));
  warnings.push(...unsentSettingWarnings(request, ['seed', 'topK', 'frequencyPenalty', 'presencePenalty']));
  Object.assign(params, serviceToWire(request, quirks, warnings));
}

/** Returns the member `reasoning`, with a summary if the quirks request one. */
export function reasoningToWire(
  requested: Effort | undefined,
  quirks: ResponsesQuirks,
  warnings: Warning[],
): JsonObject | undefined {
  const { reasoningRequest, reasoningOff, reasoningSummary } = quirks;
  if (reasoningRequest === 'none') {
    if (requested !== undefined && requested !== 'none') warnings.push(rejectedWarning('reasoning'));
    return undefined;
  }
  const summary = reasoningSummary === 'auto' ? { summary: 'auto' } : undefined;
  if (requested !== 'none') {
    const effort = requested && nearestEffort(requested, quirks.efforts, warnings);
    return effort === undefined ? summary : { effort, ...summary };
  }
  if (reasoningOff === 'none') return { effort: requested };
  const action = reasoningOff === 'omit' ? 'dropped' : 'coerced';
  warnings.push({ action, what: 'reasoning "none"', why: 'this model always reasons' });
  return reasoningOff === 'omit' ? summary : { effort: reasoningOff, ...summary };
}
