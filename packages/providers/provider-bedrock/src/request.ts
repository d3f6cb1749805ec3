import type {
  ConverseStreamRequest,
  InferenceConfiguration,
  OutputConfig,
  SystemContentBlock,
  Tool,
} from '@aws-sdk/client-bedrock-runtime';
import { lacksThinking, toOutput, toSampling, withUniformCitations } from '@majordomo/claude';
import type { JsonObject, ModelRequest, Warning } from '@majordomo/core';
import { asRecord, checkInteger, isList, isRecord, RARE_SETTINGS } from '@majordomo/core/toolkit';
import { unsentSettingWarnings, wellFormedStrings } from '@majordomo/wire-kit';
import { isResult, isThinking, type WireJson } from './blocks.ts';
import { markCache } from './cache.ts';
import { toMessages, type WireMessage } from './messages.ts';
import type { Quirks } from './quirks.ts';
import { toReasoning, type Reasoning } from './thinking.ts';
import { toToolConfig } from './tools.ts';

export interface WireRequest {
  /** Parameters of Converse and ConverseStream. */
  readonly params: ConverseStreamRequest;
  readonly warnings: readonly Warning[];
}

/** Converts a request to parameters. Includes only reasoning of `family`. Throws `invalid-request` for an invalid `maxTokens`. */
export function toWire(request: ModelRequest, modelId: string, quirks: Quirks, family: string): WireRequest {
  const warnings: Warning[] = [];
  checkInteger(request.maxTokens, 'maxTokens');
  const documents = withUniformCitations(request, warnings);
  const messages = toMessages(documents, quirks, family, warnings);
  const output = toOutput(request.output, request.system, warnings);
  const system = toSystem(output.system, messages, quirks, warnings);
  const toolConfig = toToolConfig(request, messages, quirks, output.schema, warnings);
  const { any, tool } = toolConfig?.toolChoice ?? {};
  const reasoning = toReasoning(
    request.reasoning,
    quirks,
    {
      maxTokens: request.maxTokens,
      // With a token budget, a turn of Claude that continues after tool results must begin with thinking.
      lacksThinking: lacksThinking(messages, { isThinking, isResult }),
      forcesTool: any !== undefined || tool !== undefined,
    },
    warnings,
  );
  markCache(request, quirks, family, { tools: toolConfig?.tools, system, messages }, warnings);
  warnings.push(
    ...unsentSettingWarnings(request, [
      'seed',
      'frequencyPenalty',
      'presencePenalty',
      'logprobs',
      ...RARE_SETTINGS,
    ]),
  );

  const params: ConverseStreamRequest = { modelId, messages };
  if (system.length > 0) params.system = system;
  const { topK, ...inference } = toInference(request, quirks, reasoning, warnings);
  if (Object.keys(inference).length > 0) params.inferenceConfig = inference;
  if (toolConfig !== undefined) params.toolConfig = toolConfig;
  const config = outputConfig(request.output?.name, output.schema, reasoning.effort);
  if (config !== undefined) params.outputConfig = config;
  // Converse has no property for topK. Claude accepts `top_k` in `additionalModelRequestFields` (2026-11).
  const fields = { ...reasoning.fields, ...(topK !== undefined && { top_k: topK }) };
  if (Object.keys(fields).length > 0) params.additionalModelRequestFields = fields;
  if (request.serviceTier !== undefined) params.serviceTier = { type: request.serviceTier };
  // The vendor rejects lone surrogates, and the SDK serializes the body, so replace lone surrogates in the strings.
  return { params: wellFormedStrings(withExtra(params, request.extra)), warnings };
}

function toSystem(
  system: string | undefined,
  messages: WireMessage[],
  quirks: Quirks,
  warnings: Warning[],
): SystemContentBlock[] {
  if (system === undefined || system.trim() === '') return [];
  if (quirks.system) return [{ text: system }];
  warnings.push({
    action: 'emulated',
    what: 'system',
    why: 'this model does not accept a system prompt; the text precedes the first message',
  });
  messages[0]?.content.unshift({ text: system });
  return [];
}

function toInference(
  request: ModelRequest,
  quirks: Quirks,
  reasoning: Reasoning,
  warnings: Warning[],
): InferenceConfiguration & { topK?: number } {
  const inference: InferenceConfiguration & { topK?: number } = {};
  const most = request.maxTokens ?? reasoning.maxTokens;
  if (most !== undefined) inference.maxTokens = most;
  const { temperature, topP, topK } = toSampling(request, quirks, reasoning.thinks, warnings);
  if (temperature !== undefined) inference.temperature = temperature;
  if (topP !== undefined) inference.topP = topP;
  if (topK !== undefined && quirks.family === 'claude') inference.topK = topK;
  else
    warnings.push(
      ...unsentSettingWarnings(
        // If `toSampling` dropped the setting, it has added a warning.
        { ...request, topK },
        ['topK'],
        'its position depends on the model; use extra',
      ),
    );
  const stops = request.stop?.filter((sequence) => sequence !== '') ?? [];
  if (stops.length > 0) inference.stopSequences = stops;
  return inference;
}

function outputConfig(
  name: string | undefined,
  schema: JsonObject | undefined,
  effort: string | undefined,
): OutputConfig | undefined {
  if (schema === undefined && effort === undefined) return undefined;
  const jsonSchema = { name, schema: JSON.stringify(schema) };
  return {
    ...(effort !== undefined && { effort }),
    ...(schema !== undefined && { textFormat: { type: 'json_schema', structure: { jsonSchema } } }),
  };
}

/**
 * Merges `extra` into the parameters. Merges the properties of `additionalModelRequestFields`, because its settings are
 * independent. A list of only vendor tools is added to the request's tools. A `toolConfig` whose list contains functions
 * replaces that of the request.
 */
function withExtra(params: ConverseStreamRequest, extra: ModelRequest['extra']): ConverseStreamRequest {
  const { additionalModelRequestFields: own } = params;
  const more = extra['additionalModelRequestFields'];
  const merged = { ...params, ...extra };
  if (isRecord(own) && isRecord(more)) merged.additionalModelRequestFields = { ...own, ...more } as WireJson;
  const { toolConfig } = params;
  const tools = asRecord(extra['toolConfig'])['tools'];
  if (toolConfig !== undefined && isList(tools) && tools.every(isVendorTool))
    merged.toolConfig = { ...toolConfig, tools: [...(toolConfig.tools ?? []), ...(tools as Tool[])] };
  return merged;
}

const isVendorTool = (tool: unknown): boolean => isRecord(tool) && !('toolSpec' in tool);
