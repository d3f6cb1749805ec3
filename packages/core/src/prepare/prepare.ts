import type { Capabilities } from '../contract/capabilities.ts';
import type { MediaFitter } from '../contract/media.ts';
import { holdsBytes } from '../contract/message.ts';
import type { Model } from '../contract/provider.ts';
import type { ChatRequest, ModelRequest } from '../contract/request.ts';
import type { Warning } from '../contract/response.ts';
import { toModelTools } from '../schema/to-json-schema.ts';
import { requireCapabilities } from './capabilities.ts';
import { pickExtra } from './extra.ts';
import { isReadable, isSound } from './history.ts';
import { clampLimits } from './limits.ts';
import type { FittedMessages } from './media.ts';
import { foldSystem } from './system.ts';
import type { StoodIn } from './stand-in.ts';
import { fitsEveryWire } from './tool-name.ts';

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
  /** Gives the answer back as the caller asked for it. */
  readonly read: StoodIn['read'];
}

/**
 * Fits a request to one target, always from the caller's original; at once, unless it carries media, its history has to be
 * fitted, or something has to stand in for what the target lacks: few calls need that, and it is loaded then. Never changes
 * its input; throws or rejects with `unsupported` when the target cannot take it. The steps run in this order: each sees what
 * the one before left.
 */
export function prepare(
  request: ChatRequest,
  options: PrepareOptions,
): PreparedRequest | Promise<PreparedRequest> {
  const { target, model } = options;
  const { capabilities, families } = model;
  requireCapabilities(request, capabilities, target);
  const { system, messages } = foldSystem(request);
  if (isSound(messages) && messages.every((message) => isReadable(message, families) && !holdsBytes(message)))
    return translate(request, { messages, warnings: [] }, system, options);
  return import('./fit-history.ts')
    .then(({ fitHistory }) => fitHistory(messages, options))
    .then((fitted) => translate(request, fitted, system, options));
}

/** From what the caller says to what the model understands: limits, schemas, extras, names, a way to give an object. */
function translate(
  request: ChatRequest,
  { messages, warnings }: FittedMessages,
  system: string | undefined,
  { model, providerId }: PrepareOptions,
): PreparedRequest | Promise<PreparedRequest> {
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
  const told = [...warnings, ...clamped.warnings];
  if (isUnderstood(translated, capabilities)) return { request: translated, warnings: told, read: undefined };
  return import('./stand-in.ts').then(({ standIn }) => {
    const { request: ready, warnings: stoodIn, read } = standIn(translated, capabilities);
    return { request: ready, warnings: [...told, ...stoodIn], read };
  });
}

/** Can it go out as it is? Names that every wire takes, and a schema only where the model has them, or may. */
function isUnderstood({ output, tools }: ModelRequest, { output: way = 'native' }: Capabilities): boolean {
  return (output === undefined || way === 'native') && tools.every(({ name }) => fitsEveryWire(name));
}
