import { toModelTools } from '../schema/to-json-schema.ts';
import type { LlmError } from '../types/llm-error.ts';
import type { Message, TurnMessage } from '../types/messages.ts';
import type { Capabilities, MediaFitter, Model } from '../types/provider.ts';
import type { ChatRequest, ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import { toModelCache } from './cache.ts';
import { contentsIn, hasContents } from '../util/content.ts';
import type { IsReferred } from './contents.ts';
import { repairHistory } from './history.ts';
import { fitDocuments } from './documents.ts';
import { checkFiles, fitImages, fitResultFiles, type FittedMessages, imagesIn } from './media.ts';
import { type EmulatedOutput, emulateOutput, mergeSystem, type MergedSystem } from './output.ts';
import { continuePausedTurn } from './paused-turn.ts';
import { dropForeignReplay } from './replay.ts';
import { fitVendorCalls } from './vendor-calls.ts';
import { clampLimits, pickExtra } from './settings.ts';
import { fitCallers, fitToolNames, toolsToSend, withToolExtra } from './tools.ts';
import { unsupportedError } from './validate.ts';

/** Target for which a request is fitted, and helpers. */
export interface FitOptions {
  /** Key of the target, as `provider/model`. */
  readonly target: string;
  /** Id of the provider, which is a key of `ChatRequest.extra`. */
  readonly providerId: string;
  /** Model that receives the request. */
  readonly model: Model;
  /** Fitter of images and counter of pages. */
  readonly media: MediaFitter | undefined;
  /** Signal that cancels the work. */
  readonly scope: { readonly signal: AbortSignal };
  /** Tenant of the call, which is part of the default cache key. */
  readonly tenant?: string | undefined;
  /** Whether content is sent by reference, so that the limits of requests do not apply. @default never */
  readonly isReferred?: IsReferred | undefined;
}

/** Request that is fitted to one model. */
export interface FittedRequest {
  /** Request as the model receives it. */
  readonly request: ModelRequest;
  /** Changes to the request. */
  readonly warnings: readonly Warning[];
  /** Restores the original tool names, or converts the emulated output, in the response. */
  readonly read: EmulatedOutput['read'];
}

/** Fits a request to one target. Rejects with `unsupported` if the target does not support the request. */
export async function fitRequest(request: ChatRequest, options: FitOptions): Promise<FittedRequest> {
  const { target, model } = options;
  requireCapabilities(request, model.capabilities, target);
  const merged = mergeSystem(request);
  return translate(request, await fitHistory(merged.messages, options), merged, options);
}

/**
 * Fits the conversation. The order matters: `fitVendorCalls` converts calls that `dropForeignReplay` would remove, and leaves no
 * vendor call without a result to `repairHistory`, whose last message `continuePausedTurn` then reads.
 */
async function fitHistory(history: readonly TurnMessage[], options: FitOptions): Promise<FittedMessages> {
  const { target, model } = options;
  const documents = fitDocuments(history, model.capabilities, target);
  const hasMedia = history.some(hasContents);
  if (hasMedia) requireMedia(documents.messages, model.capabilities, target);
  const calls = fitVendorCalls(documents.messages, model.families, target);
  const readable = dropForeignReplay(calls.messages, model.families, target);
  const repaired = repairHistory(readable.messages);
  const continued = continuePausedTurn(repaired.messages, model.capabilities, target);
  const changes = [documents, calls, readable, repaired, continued];
  const warnings = changes.flatMap((change) => change.warnings);
  if (!hasMedia) return { messages: continued.messages, warnings };
  const fitted = await fitContents(continued.messages, options);
  return { messages: fitted.messages, warnings: [...warnings, ...fitted.warnings] };
}

/** Fits images, documents and audio. */
async function fitContents(
  history: readonly TurnMessage[],
  { target, model, media, scope, isReferred }: FitOptions,
): Promise<FittedMessages> {
  const { fileLimits, images } = model.capabilities;
  const { messages, warnings } = fitResultFiles(history, model.capabilities, target);
  const uncounted = await checkFiles(messages, fileLimits, media, target, scope, isReferred);
  const fitted = await fitImages(messages, images, media, target, scope);
  return { messages: fitted.messages, warnings: [...warnings, ...uncounted, ...fitted.warnings] };
}

/** Converts the other members of the request, for a conversation that is fitted. */
function translate(
  request: ChatRequest,
  { messages, warnings }: FittedMessages,
  merged: MergedSystem,
  { model, providerId, target, tenant }: FitOptions,
): FittedRequest {
  const { capabilities, wire } = model;
  const clamped = clampLimits(request, capabilities);
  const { output, extra, ...rest } = request;
  const specs = toolsToSend(request.tools ?? [], messages);
  const called = fitCallers(toModelTools(specs, request.tools), capabilities, target, request.toolChoice);
  const tools = withToolExtra(called.tools, specs, { wire, providerId });
  const { system } = merged;
  const translated: ModelRequest = {
    ...rest,
    ...clamped.limits,
    system,
    messages,
    tools,
    cache: toModelCache(request, { ...merged, tools, tenant }),
    output: output && { name: 'answer', schema: output === 'json' ? undefined : output },
    extra: pickExtra(extra, wire, providerId),
  };
  const emulated = emulateOutput(translated, capabilities);
  // At most one of the two functions converts the response, because a forced tool excludes other tools.
  const named = fitToolNames(emulated.request);
  return {
    request: named.request,
    warnings: [...warnings, ...clamped.warnings, ...called.warnings, ...emulated.warnings, ...named.warnings],
    read: emulated.read ?? named.read,
  };
}

/** Throws `unsupported` for tools, an output schema or a prefill that the target does not support. */
export function requireCapabilities(request: ChatRequest, capabilities: Capabilities, target: string): void {
  const { tools, output, prefill } = capabilities;
  if (tools === false && request.tools !== undefined && request.tools.length > 0)
    throw refusal(target, 'tools');
  if (output === false && request.output !== undefined) throw refusal(target, 'an output schema');
  if (prefill === false && isPrefill(request.messages.at(-1))) {
    throw refusal(target, 'an assistant message at the end; append a user or tool message');
  }
}

/** Whether the last message is a prefill. A message with tool calls is not, and a vendor part at the end means a paused turn. */
const isPrefill = (message: Message | undefined): boolean =>
  message?.role === 'assistant' &&
  message.parts.every(({ type }) => type !== 'tool-call' && type !== 'vendor-call') &&
  message.parts.at(-1)?.type === 'text';

/**
 * Throws `unsupported` for images, documents and audio that the target does not support. Accepts documents in tool results, because
 * `fitResultFiles` replaces those that the target does not support.
 */
export function requireMedia(
  messages: readonly TurnMessage[],
  { images, files, audio }: Capabilities,
  target: string,
): void {
  if (images === false && imagesIn(messages).length > 0) throw refusal(target, 'images');
  for (const { type, mediaType } of messages.filter(({ role }) => role === 'user').flatMap(contentsIn)) {
    if (type === 'image') continue;
    const types = type === 'file' ? files : audio;
    if (types === undefined || (types !== false && types.includes(mediaType))) continue;
    throw refusal(target, `${type === 'file' ? 'files' : 'audio'} of type ${mediaType}`);
  }
}

const refusal = (target: string, what: string): LlmError =>
  unsupportedError(target, `does not accept ${what}`);
