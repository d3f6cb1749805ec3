import type { MediaFitter } from '../contract/media.ts';
import type { Model } from '../contract/provider.ts';
import type { TurnMessage } from '../contract/message.ts';
import type { ChatRequest, ModelRequest } from '../contract/request.ts';
import type { Warning } from '../contract/response.ts';
import { toModelTools } from '../schema/to-json-schema.ts';
import { requireCapabilities } from './capabilities.ts';
import { pickExtra } from './extra.ts';
import { checkFiles } from './files.ts';
import { clampLimits } from './limits.ts';
import { fitImages, type FittedMessages } from './media.ts';
import { emulateOutput, type EmulatedOutput } from './output.ts';
import { repairHistory } from './repair-history.ts';
import { dropForeignReplay } from './replay.ts';
import { requireMedia } from './require-media.ts';
import { foldSystem } from './system.ts';
import { fitToolNames } from './tool-names.ts';

export interface PrepareOptions {
  readonly target: string;
  readonly providerId: string;
  readonly model: Model;
  readonly media: MediaFitter | undefined;
  readonly scope: { readonly signal: AbortSignal };
}

export interface PreparedRequest {
  readonly request: ModelRequest;
  readonly warnings: readonly Warning[];
  /** Gives the answer back as the caller asked for it. */
  readonly read: EmulatedOutput['read'];
}

/**
 * Fits a request to one target, always from the caller's original. Never changes its input; rejects with `unsupported` when
 * the target cannot take it. Each step gets the result of the one before.
 */
export async function prepare(request: ChatRequest, options: PrepareOptions): Promise<PreparedRequest> {
  const { target, model } = options;
  requireCapabilities(request, model.capabilities, target);
  const { system, messages } = foldSystem(request);
  return translate(request, await fitHistory(messages, options), system, options);
}

/** Refuses media that the target cannot take, drops foreign tokens, completes tool results and fits documents and images. */
async function fitHistory(
  history: readonly TurnMessage[],
  { target, model, media, scope }: PrepareOptions,
): Promise<FittedMessages> {
  const { fileLimits, images } = model.capabilities;
  requireMedia(history, model.capabilities, target);
  const readable = dropForeignReplay(history, model.families, target);
  const { messages, warnings } = repairHistory(readable.messages);
  const uncounted = await checkFiles(messages, fileLimits, media, target, scope);
  const fitted = await fitImages(messages, images, media, target, scope);
  return { ...fitted, warnings: [...readable.warnings, ...warnings, ...uncounted, ...fitted.warnings] };
}

/** From what the caller says to what the model understands: limits, schemas, extras, names, a way to give an object. */
function translate(
  request: ChatRequest,
  { messages, warnings }: FittedMessages,
  system: string | undefined,
  { model, providerId }: PrepareOptions,
): PreparedRequest {
  const { capabilities, wire } = model;
  const clamped = clampLimits(request, capabilities);
  const { output, tools, extra, ...rest } = request;
  const translated: ModelRequest = {
    ...rest,
    ...clamped.limits,
    system,
    messages,
    tools: toModelTools(tools),
    output: output && { name: 'answer', schema: output === 'json' ? undefined : output },
    extra: pickExtra(extra, wire, providerId),
  };
  const emulated = emulateOutput(translated, capabilities);
  // A forced tool replaces all others and its name fits: at most one of the two rewrites the response.
  const named = fitToolNames(emulated.request);
  return {
    request: named.request,
    warnings: [...warnings, ...clamped.warnings, ...emulated.warnings, ...named.warnings],
    read: emulated.read ?? named.read,
  };
}
