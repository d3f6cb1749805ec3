import type { MediaFitter } from '../contract/media.ts';
import type { TurnMessage } from '../contract/message.ts';
import type { Model } from '../contract/provider.ts';
import type { ChatRequest, ModelRequest } from '../contract/request.ts';
import type { Warning } from '../contract/response.ts';
import { toModelTools } from '../schema/to-json-schema.ts';
import { requireCapabilities } from './capabilities.ts';
import { pickExtra } from './extra.ts';
import { checkFiles } from './files.ts';
import { repairHistory } from './history.ts';
import { clampLimits } from './limits.ts';
import { fitImages, hasMedia, type FittedMessages } from './media.ts';
import { emulateOutput, type EmulatedOutput } from './output.ts';
import { dropForeignReplay } from './replay.ts';
import { foldSystem } from './system.ts';
import { fitToolNames } from './tool-names.ts';

export interface PrepareOptions {
  readonly target: string;
  readonly providerId: string;
  readonly model: Model;
  readonly media: MediaFitter | undefined;
  /** Its signal is asked for only when media have to be looked at. */
  readonly scope: { readonly signal: AbortSignal };
}

export interface PreparedRequest {
  readonly request: ModelRequest;
  readonly warnings: readonly Warning[];
  readonly read: EmulatedOutput['read'];
}

/**
 * Fits a request to one target, always from the caller's original; at once, unless it carries media. Never changes its
 * input; throws or rejects with `unsupported` when the target cannot take it. The steps run in this order: each sees
 * what the one before left.
 */
export function prepare(
  request: ChatRequest,
  options: PrepareOptions,
): PreparedRequest | Promise<PreparedRequest> {
  const { target, model } = options;
  const { capabilities, families } = model;
  requireCapabilities(request, capabilities, target);
  const { system, messages } = foldSystem(request);
  const replayed = dropForeignReplay(messages, families, target);
  const history = repairHistory(replayed.messages);
  const warnings = [...replayed.warnings, ...history.warnings];
  const settle = (fitted: FittedMessages): PreparedRequest =>
    translate(request, { ...fitted, warnings: [...warnings, ...fitted.warnings] }, system, options);
  return hasMedia(history.messages)
    ? fitMedia(history.messages, options).then(settle)
    : settle({ messages: history.messages, warnings: [] });
}

async function fitMedia(messages: readonly TurnMessage[], options: PrepareOptions): Promise<FittedMessages> {
  const { target, model, media, scope } = options;
  const { fileLimits, images } = model.capabilities;
  const uncounted = await checkFiles(messages, fileLimits, media, target, scope);
  const fitted = await fitImages(messages, images, media, target, scope);
  return { ...fitted, warnings: [...uncounted, ...fitted.warnings] };
}

/** From what the caller says to what the model understands: limits, schemas, extras, a way to give an object. */
function translate(
  request: ChatRequest,
  { messages, warnings }: FittedMessages,
  system: string | undefined,
  { model, providerId }: PrepareOptions,
): PreparedRequest {
  const { capabilities, wire } = model;
  const clamped = clampLimits(request, capabilities);
  const { output, tools, extra, ...rest } = request;
  const emulated = emulateOutput(
    {
      ...rest,
      ...clamped.limits,
      system,
      messages,
      tools: toModelTools(tools),
      output: output === undefined ? undefined : { name: 'answer', schema: output },
      extra: pickExtra(extra, wire, providerId),
    },
    capabilities,
  );
  // A forced tool that stands in for a schema is alone, and its name fits: only one of the two is ever there.
  const named = fitToolNames(emulated.request);
  return {
    request: named.request,
    warnings: [...warnings, ...clamped.warnings, ...emulated.warnings, ...named.warnings],
    read: emulated.read ?? named.read,
  };
}
