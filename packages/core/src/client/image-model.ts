import type { ImageModel } from '../contract/image.ts';
import { imageOperation } from '../operations/image.ts';
import { newCall, resultOf, type ModelSetup } from './call.ts';

/** A spec as a model that draws, along the same chain as a chat. */
export function imageModel(spec: string, setup: ModelSetup): ImageModel {
  return {
    spec,
    generate: (request, options) =>
      resultOf(
        newCall({ spec, operation: imageOperation(request, setup.media), options, live: false }, setup),
      ),
  };
}
