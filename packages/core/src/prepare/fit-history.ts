import type { MediaFitter } from '../contract/media.ts';
import type { TurnMessage } from '../contract/message.ts';
import type { Model } from '../contract/provider.ts';
import { checkFiles } from './files.ts';
import { fitImages, type FittedMessages } from './media.ts';
import { repairHistory } from './repair-history.ts';

interface FitOptions {
  readonly target: string;
  readonly model: Pick<Model, 'capabilities'>;
  readonly media: MediaFitter | undefined;
  readonly scope: { readonly signal: AbortSignal };
}

/** Calls get their results, documents are measured, pictures made to fit; `unsupported` where that cannot be done. */
export async function fitHistory(
  history: readonly TurnMessage[],
  { target, model, media, scope }: FitOptions,
): Promise<FittedMessages> {
  const { fileLimits, images } = model.capabilities;
  const { messages, warnings } = repairHistory(history);
  const uncounted = await checkFiles(messages, fileLimits, media, target, scope);
  const fitted = await fitImages(messages, images, media, target, scope);
  return { ...fitted, warnings: [...warnings, ...uncounted, ...fitted.warnings] };
}
