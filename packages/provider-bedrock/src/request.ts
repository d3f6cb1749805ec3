import type {
  ConverseStreamRequest,
  InferenceConfiguration,
  OutputConfig,
  SystemContentBlock,
} from '@aws-sdk/client-bedrock-runtime';
import { LlmError, type ModelRequest, type Warning } from '@majordomo/core';
import { wellFormedStrings } from '@majordomo/core/provider';
import type { WireJson } from './blocks.ts';
import { markCache } from './cache.ts';
import { lacksThinking, toMessages, type WireMessage } from './messages.ts';
import type { Quirks } from './quirks.ts';
import { toThinking, type Thinking } from './thinking.ts';
import { toToolConfig } from './tools.ts';

export interface WireRequest {
  /** Of Converse and ConverseStream alike. */
  readonly params: ConverseStreamRequest;
  readonly warnings: readonly Warning[];
}

/**
 * One request as the wire wants it, with replay tokens of `family` only. Pure: nothing of it is changed. Throws
 * `invalid-request` for a senseless limit.
 */
export function toWire(request: ModelRequest, modelId: string, quirks: Quirks, family: string): WireRequest {
  const warnings: Warning[] = [];
  checkLimit(request);
  const messages = toMessages(request.messages, quirks, family, warnings);
  const system = toSystem(request.system, messages, quirks, warnings);
  const toolConfig = toToolConfig(request, messages, quirks, warnings);
  const { any, tool } = toolConfig?.toolChoice ?? {};
  const thinking = toThinking(
    request.reasoning,
    quirks,
    {
      maxTokens: request.maxTokens,
      lacksThinking: lacksThinking(messages),
      forcesTool: any !== undefined || tool !== undefined,
    },
    warnings,
  );
  const { cache } = request;
  if (cache === 'short' || cache === 'long') {
    markCache(cache, quirks, { tools: toolConfig?.tools, system, messages }, warnings);
  }
  if (request.seed !== undefined)
    warnings.push({ action: 'dropped', what: 'seed', why: 'this wire has none' });

  const params: ConverseStreamRequest = { modelId, messages };
  if (system.length > 0) params.system = system;
  const inference = toInference(request, quirks, thinking, warnings);
  if (Object.keys(inference).length > 0) params.inferenceConfig = inference;
  if (toolConfig !== undefined) params.toolConfig = toolConfig;
  const output = toOutput(request, thinking.effort);
  if (output !== undefined) params.outputConfig = output;
  if (Object.keys(thinking.fields).length > 0)
    params.additionalModelRequestFields = thinking.fields as WireJson;
  // The SDK makes the JSON; half of a surrogate pair makes the vendor refuse all of it.
  return { params: wellFormedStrings(withExtra(params, request.extra)), warnings };
}

function checkLimit({ maxTokens }: ModelRequest): void {
  if (maxTokens === undefined || (Number.isInteger(maxTokens) && maxTokens > 0)) return;
  throw new LlmError('invalid-request', `maxTokens is ${maxTokens}: a whole number above 0 is due`, {
    path: 'maxTokens',
  });
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
    why: 'this model takes none: the text leads the first message',
  });
  messages[0]?.content.unshift({ text: system });
  return [];
}

function toInference(
  { maxTokens, temperature, topP, stop }: ModelRequest,
  { sampling }: Quirks,
  thinking: Thinking,
  warnings: Warning[],
): InferenceConfiguration {
  const drop = (what: string, why: string): void => {
    warnings.push({ action: 'dropped', what, why });
  };
  const inference: InferenceConfiguration = {};
  const most = maxTokens ?? thinking.maxTokens;
  if (most !== undefined) inference.maxTokens = most;
  const thinks = 'thinking' in thinking.fields;
  if (temperature !== undefined) {
    if (sampling === 'none') drop('temperature', 'this model takes none');
    else if (thinks && temperature !== 1) drop('temperature', 'it must be 1 while the model thinks');
    else inference.temperature = temperature;
  }
  if (topP !== undefined) {
    if (sampling === 'none') drop('topP', 'this model takes none');
    else if (thinks && topP < 0.95) drop('topP', 'it must be at least 0.95 while the model thinks');
    else if (sampling === 'one' && inference.temperature !== undefined)
      drop('topP', 'this model takes it or the temperature');
    else inference.topP = topP;
  }
  const stops = stop?.filter((sequence) => sequence !== '') ?? [];
  if (stops.length > 0) inference.stopSequences = stops;
  return inference;
}

function toOutput({ output }: ModelRequest, effort: string | undefined): OutputConfig | undefined {
  if (output === undefined && effort === undefined) return undefined;
  return {
    ...(effort !== undefined && { effort }),
    ...(output !== undefined && {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: output.name, schema: JSON.stringify(output.schema) } },
      },
    }),
  };
}

/** Merged last. `additionalModelRequestFields` holds independent settings, so it is merged by its fields. */
function withExtra(params: ConverseStreamRequest, extra: ModelRequest['extra']): ConverseStreamRequest {
  const { additionalModelRequestFields: own } = params;
  const more = extra['additionalModelRequestFields'];
  const merged = { ...params, ...extra };
  if (isRecord(own) && isRecord(more)) merged.additionalModelRequestFields = { ...own, ...more } as WireJson;
  return merged;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
