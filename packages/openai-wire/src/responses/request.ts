import type { Effort, JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { nearestEffort, unsentSettingWarnings } from '@majordomo/core/toolkit';
import { tierToWire } from '../transcript/service-tier.ts';
import { outputToWire } from '../schema/output.ts';
import { absencesOf, fittedTools, type Absences } from '../schema/strict-tools.ts';
import { besideTools } from '../schema/vendor-tools.ts';
import { schemaFormat } from './format.ts';
import { itemsToWire, type InputItem } from './messages.ts';
import type { ResponsesParameter, ResponsesQuirks } from './quirks.ts';
import { toolChoiceToWire, toolsToWire } from './tools.ts';

/** What a conversion needs next to the request and the quirks. */
interface ToWireOptions {
  /** Ask for events or for one body. */
  readonly stream: boolean;
  /** The replay family of this model: see `responsesFamily`. Without it no reasoning goes back. */
  readonly family?: string | undefined;
}

/** A body of the wire. Only `request.extra` and a profile's `extraBody` bring members that are not built here. */
export interface ResponsesParams {
  readonly model: string;
  readonly [member: string]: unknown;
}

/** A body and what it could not say. */
export interface ResponsesRequest {
  /** For `bodyText`. */
  readonly params: ResponsesParams;
  /** What was dropped, coerced or emulated. */
  readonly warnings: readonly Warning[];
  /** For the reader: the schemas by which nulls are taken out of the answer. */
  readonly absences: Absences | undefined;
}

/** A request as the body of Responses. Pure; members without a value are absent, `tools` above all. */
export function toWire(
  request: ModelRequest,
  modelId: string,
  quirks: ResponsesQuirks,
  { stream, family }: ToWireOptions,
): ResponsesRequest {
  const warnings: Warning[] = [];
  const output = outputToWire(request.output, quirks, schemaFormat, warnings);
  const input = itemsToWire(request, quirks, family, warnings);
  const instructions = systemToWire(request.system, output.instruction, input, quirks, warnings);
  const params: Record<string, unknown> = { model: modelId };
  if (instructions !== '') params['instructions'] = instructions;
  params['input'] = input;
  // What is kept at the vendor needs no sending back, but is gone with the vendor: nothing is kept.
  params['store'] = false;
  if (stream) params['stream'] = true;
  if (output.format !== undefined) params['text'] = { format: output.format };
  const { tools, absences } = fittedTools(request, quirks, warnings);
  const wireTools = tools.length > 0 ? toolsToWire(tools) : undefined;
  if (wireTools !== undefined) params['tools'] = wireTools;
  putSettings(params, request, quirks, warnings);
  const all = { ...params, ...quirks.extraBody, ...besideTools(request.extra, wireTools) };
  const sent = Object.entries(all).filter(([, value]) => value !== undefined);
  return {
    params: { model: modelId, ...Object.fromEntries(sent) },
    warnings,
    absences: absencesOf(absences, output.absence),
  };
}

/** The text for `instructions`; where the wire takes a message instead, that goes before the others. */
function systemToWire(
  system: string | undefined,
  instruction: string | undefined,
  input: InputItem[],
  { systemRole, defaultInstructions }: ResponsesQuirks,
  warnings: Warning[],
): string {
  const text = [system, instruction].filter((each) => each !== undefined && each !== '').join('\n\n');
  if (systemRole !== 'instructions') {
    if (text !== '')
      input.unshift({ type: 'message', role: systemRole, content: [{ type: 'input_text', text }] });
    return '';
  }
  if (text !== '' || defaultInstructions === '') return text;
  warnings.push({
    action: 'emulated',
    what: 'system',
    why: 'the backend refuses a request without system text',
  });
  return defaultInstructions;
}

/** Members that some servers refuse: each is dropped with a warning where the quirks say so. */
function putSettings(
  params: Record<string, unknown>,
  request: ModelRequest,
  quirks: ResponsesQuirks,
  warnings: Warning[],
): void {
  const put = (field: ResponsesParameter, value: unknown): void => {
    if (value === undefined) return;
    if (!quirks.refuses.includes(field)) params[field] = value;
    else if (field !== 'parallel_tool_calls') warnings.push(refused(field));
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
  const tier = tierToWire(request.serviceTier, quirks.serviceTiers, warnings);
  if (tier !== undefined) params['service_tier'] = tier;
  if (request.stop !== undefined && request.stop.length > 0) warnings.push(refused('stop'));
  warnings.push(...unsentSettingWarnings(request, ['seed', 'topK', 'frequencyPenalty', 'presencePenalty']));
  if (request.cache === 'long' && quirks.cacheRequest === 'prompt_cache_retention') {
    params['prompt_cache_retention'] = '24h';
  } else if (request.cache !== undefined && request.cache !== 'short') {
    warnings.push({
      action: 'dropped',
      what: `cache "${request.cache}"`,
      why: 'the server decides about its prompt cache',
    });
  }
}

const refused = (what: string): Warning => ({ action: 'dropped', what, why: 'this model does not take it' });

/** `reasoning`, with a summary where one is asked for. */
export function reasoningToWire(
  asked: Effort | undefined,
  quirks: ResponsesQuirks,
  warnings: Warning[],
): JsonObject | undefined {
  const { reasoningRequest, reasoningOff, reasoningSummary } = quirks;
  if (reasoningRequest === 'none') {
    if (asked !== undefined && asked !== 'none') warnings.push(refused('reasoning'));
    return undefined;
  }
  const summary = reasoningSummary === 'auto' ? { summary: 'auto' } : undefined;
  if (asked !== 'none') {
    const effort = asked && nearestEffort(asked, quirks.efforts, warnings);
    return effort === undefined ? summary : { effort, ...summary };
  }
  if (reasoningOff === 'none') return { effort: asked };
  const action = reasoningOff === 'omit' ? 'dropped' : 'coerced';
  warnings.push({ action, what: 'reasoning "none"', why: 'this model always reasons' });
  return reasoningOff === 'omit' ? summary : { effort: reasoningOff, ...summary };
}
