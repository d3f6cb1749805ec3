import type { ImageModel } from '../contract/image.ts';
import { callSite } from '../error/call-site.ts';
import { imageOperation } from '../operations/image.ts';
import { newCall, resultOf, type ModelSetup } from './call.ts';

/** A spec as a model that draws, along the same chain as a chat. */
export function imageModel(spec: string, setup: ModelSetup): ImageModel {
  const generate: ImageModel['generate'] = (request, options) => {
    const operation = imageOperation(request, setup.media);
    const site = callSite(generate);
    return resultOf(newCall({ spec, operation, options, site, live: false }, setup));
  };
  return { spec, generate };
}
