import type { AssistantPart, JsonObject, ModelRequest, Warning } from '@majordomo/core';
import {
  asRecord,
  checkInteger,
  isRecord,
  RARE_SETTINGS,
  withOutputInstruction,
} from '@majordomo/core/toolkit';
import { nearestEffort, unsentSettingWarnings } from '@majordomo/wire-kit';
import { cacheLifetime } from '@majordomo/wire-kit/internal';
import { contentsOf, isUnsigned } from './messages.ts';
import type { Quirks } from './quirks.ts';
import { outputToWire, toolsToWire } from './tools.ts';
import { storedPart, VENDOR_PARTS } from './vendor-parts.ts';

export interface WireRequest {
  /** `contents` and `config` of the SDK's generateContent. */
  readonly params: { readonly contents: readonly JsonObject[]; readonly config: JsonObject };
  readonly warnings: readonly Warning[];
}

/**
 * Converts a request to parameters of the SDK. Includes only thought signatures of `family`. The SDK merges `extra` into the
 * body. Throws `invalid-request` for an invalid `maxTokens`.
 */
export function toWire(original: ModelRequest, quirks: Quirks, family: string): WireRequest {
  const warnings: Warning[] = [];
  checkInteger(original.maxTokens, 'maxTokens');
  const request = separateOutputFromTools(original, quirks, warnings);
  warnUnsigned(request, quirks, family, warnings);
  if (cacheLifetime(request.cache) === 'long') warnings.push(NO_LONG_CACHE);
  warnings.push(...unsentSettingWarnings(request, RARE_SETTINGS));
  const { maxTokens, temperature, topP, topK, frequencyPenalty, presencePenalty, logprobs, serviceTier } =
    request;
  const { stop, seed, system } = request;
  const config: JsonObject = {
    ...(system !== undefined && { systemInstruction: { parts: [{ text: system }] } }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(logprobs !== undefined && { responseLogprobs: true }),
    // Omit 0, because the API rejects it. `responseLogprobs` alone requests the log probabilities of the chosen tokens.
    ...(logprobs !== undefined && logprobs > 0 && { logprobs }),
    ...(serviceTier !== undefined && { serviceTier: serviceTier === 'default' ? 'standard' : serviceTier }),
    ...(stop !== undefined && stop.length > 0 && { stopSequences: stop }),
    ...(seed !== undefined && { seed }),
    ...thinkingToWire(request, quirks, warnings),
    ...toolsToWire(request, quirks),
    ...outputToWire(request, quirks),
  };
  const sendable = request.messages.map((message) => withoutServerTools(message, quirks));
  warnOmitted(request.messages, sendable, family, warnings);
  const contents = sendable.flatMap((message) => contentsOf(message, quirks, family));
  return { params: { contents, config }, warnings };
}

/** Moves the output schema to the system text. */
export function withOutputInPrompt(request: ModelRequest): ModelRequest {
  if (request.output === undefined) return request;
  const { system, output } = request;
  return { ...request, output: undefined, system: withOutputInstruction(system, output.schema) };
}

const NO_LONG_CACHE: Warning = {
  action: 'dropped',
  what: 'cache "long"',
  why: 'the vendor caches prefixes automatically; for a longer lifetime, create a cache and pass its name as cachedContent in extra',
};

/** Moves the output schema to the system text if the model does not accept a schema together with tools. */
function separateOutputFromTools(
  request: ModelRequest,
  { outputWithTools }: Quirks,
  warnings: Warning[],
): ModelRequest {
  if (outputWithTools || request.output === undefined || request.tools.length === 0) return request;
  warnings.push({
    action: 'emulated',
    what: 'output',
    why: 'the model does not accept a schema together with tools; the system text contains the schema',
  });
  return withOutputInPrompt(request);
}

function warnUnsigned(
  request: ModelRequest,
  { unsignedCalls }: Quirks,
  family: string,
  warnings: Warning[],
): void {
  const isForeign = (message: ModelRequest['messages'][number]): boolean =>
    message.role === 'assistant' && isUnsigned(message.parts, family);
  if (unsignedCalls !== 'mark' || !request.messages.some(isForeign)) return;
  warnings.push({
    action: 'emulated',
    what: 'thought signature',
    why: 'calls of another model were sent with the placeholder that Google documents',
  });
}

/** Adds one warning about all vendor parts of this model that the API does not accept in a request. */
function warnOmitted(
  original: ModelRequest['messages'],
  sendable: ModelRequest['messages'],
  family: string,
  warnings: Warning[],
): void {
  // The SDK removes the members of other parts, also of a signed one.
  const isSent = (part: AssistantPart & { readonly type: 'vendor' }, at: number): boolean =>
    VENDOR_PARTS.some((kind) => kind === part.kind) &&
    // The messages of each role have parts of another type, so `includes` accepts only `never`.
    sendable[at]?.parts.includes(part as never) === true &&
    storedPart(part, part.replay.data) !== undefined;
  const omitted = original.flatMap((message, at) =>
    message.role === 'assistant'
      ? message.parts.flatMap((part) =>
          part.type === 'vendor' && part.replay.family === family && !isSent(part, at) ? [part.kind] : [],
        )
      : [],
  );
  if (omitted.length > 0)
    warnings.push({
      action: 'dropped',
      what: `parts ${[...new Set(omitted)].join(', ')}`,
      why: 'the API does not accept them in a request',
    });
}

function withoutServerTools(
  message: ModelRequest['messages'][number],
  quirks: Quirks,
): ModelRequest['messages'][number] {
  if (quirks.serverToolParts || message.role !== 'assistant') return message;
  return { ...message, parts: message.parts.filter(({ replay }) => !isServerTool(replay?.data)) };
}

const isServerTool = (data: unknown): boolean => {
  const part = asRecord(data)['part'];
  return isRecord(part) && ('toolCall' in part || 'toolResponse' in part);
};

function thinkingToWire({ reasoning }: ModelRequest, { thinking }: Quirks, warnings: Warning[]): JsonObject {
  if (reasoning === undefined || thinking.by === 'none') return {};
  if (thinking.by === 'budget') {
    const thinkingBudget = thinking.tokens[reasoning];
    if (reasoning === 'none' && thinkingBudget > 0) warnings.push(alwaysReasons(`${thinkingBudget} tokens`));
    return { thinkingConfig: { includeThoughts: thinkingBudget > 0, thinkingBudget } };
  }
  const isOff = reasoning === 'none';
  const level = isOff ? thinking.levels[0] : nearestEffort(reasoning, thinking.levels, warnings);
  if (level === undefined) return {};
  if (isOff) warnings.push(alwaysReasons(level));
  return { thinkingConfig: { includeThoughts: !isOff, thinkingLevel: level.toUpperCase() } };
}

const alwaysReasons = (minimum: string): Warning => ({
  action: 'coerced',
  what: 'reasoning',
  why: `this model always reasons; the minimum was requested: ${minimum}`,
});
