import type { MediaFitter } from '../contract/media.ts';
import type { TurnMessage } from '../contract/message.ts';
import type { Model } from '../contract/provider.ts';
import { checkFiles } from './files.ts';
import { fitImages, type FittedMessages } from './media.ts';
import { requireMedia } from './require-media.ts';
import { repairHistory } from './repair-history.ts';
import { dropForeignReplay } from './replay.ts';

interface FitOptions {
  readonly target: string;
  readonly model: Pick<Model, 'capabilities' | 'families'>;
  readonly media: MediaFitter | undefined;
  readonly scope: { readonly signal: AbortSignal };
}

/** What the target cannot take is refused; foreign tokens go, calls get their results, documents are measured, pictures made to fit; `unsupported` where that cannot be done. */
export async function fitHistory(
  history: readonly TurnMessage[],
  { target, model, media, scope }: FitOptions,
): Promise<FittedMessages> {
  const { fileLimits, images } = model.capabilities;
  requireMedia(history, model.capabilities, target);
  const readable = dropForeignReplay(history, model.families, target);
  const { messages, warnings } = repairHistory(readable.messages);
  const uncounted = await checkFiles(messages, fileLimits, media, target, scope);
  const fitted = await fitImages(messages, images, media, target, scope);
  return { ...fitted, warnings: [...readable.warnings, ...warnings, ...uncounted, ...fitted.warnings] };
}
