import type { ImageModel } from '../contract/image.ts';
import { callSite } from '../error/call-site.ts';
import { newCall, resultOf, type ModelSetup } from './call.ts';

/** A spec as a model that draws, along the same chain as a chat. */
export function imageModel(spec: string, setup: ModelSetup): ImageModel {
  const generate: ImageModel['generate'] = async (request, options) => {
    const site = callSite(generate);
    const { imageOperation } = await import('../operations/image.ts');
    const operation = imageOperation(request, setup.media);
    return resultOf(newCall({ spec, operation, options, site, live: false }, setup));
  };
  return { spec, generate };
}
