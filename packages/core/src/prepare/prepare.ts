import type { MediaFitter } from '../model/media.ts';
import type { Model } from '../model/provider.ts';
import type { ChatRequest, ModelRequest } from '../model/request.ts';
import type { Warning } from '../model/response.ts';
import { toModelTools } from '../schema/to-json-schema.ts';
import { requireCapabilities } from './capabilities.ts';
import { pickExtra } from './extra.ts';
import { checkFiles } from './files.ts';
import { repairHistory } from './history.ts';
import { clampLimits } from './limits.ts';
import { fitImages } from './media.ts';
import { emulateOutput, type EmulatedOutput } from './output.ts';
import { dropForeignReplay } from './replay.ts';
import { foldSystem } from './system.ts';

export interface PrepareOptions {
  readonly target: string;
  readonly providerId: string;
  readonly model: Model;
  readonly media: MediaFitter | undefined;
  /** Its signal is asked for only when media have to be looked at. */
  readonly scope: { readonly signal: AbortSignal };
}

export interface Prepared {
  readonly request: ModelRequest;
  readonly warnings: readonly Warning[];
  readonly read: EmulatedOutput['read'];
}

/**
 * Fits a request to one target, always from the caller's original. Never changes its input; throws `unsupported` when
 * the target cannot take it. The steps run in this order: each sees what the one before left.
 */
export async function prepare(request: ChatRequest, options: PrepareOptions): Promise<Prepared> {
  const { target, providerId, model, media, scope } = options;
  const { capabilities, families, wire } = model;
  requireCapabilities(request, capabilities, target);
  const { system, messages } = foldSystem(request);
  const replayed = dropForeignReplay(messages, families, target);
  const history = repairHistory(replayed.messages);
  await checkFiles(history.messages, capabilities.fileLimits, media, target, scope);
  const fitted = await fitImages(history.messages, capabilities.images, media, target, scope);
  const { limits, warnings } = clampLimits(request, capabilities);
  const { output, tools, extra, ...rest } = request;
  const emulated = emulateOutput(
    {
      ...rest,
      ...limits,
      system,
      messages: fitted.messages,
      tools: toModelTools(tools),
      output: output === undefined ? undefined : { name: 'answer', schema: output },
      extra: pickExtra(extra, wire, providerId),
    },
    capabilities,
  );
  return {
    request: emulated.request,
    warnings: [
      ...replayed.warnings,
      ...history.warnings,
      ...fitted.warnings,
      ...warnings,
      ...emulated.warnings,
    ],
    read: emulated.read,
  };
}
