// Sizes.
export { checkSize, parseSize, type Size, type SizeRule } from './size.ts';

// Responses.
export { imageFromBase64, imageFromBytes, type ImageLocation } from './decode-image.ts';
export { generateEach, decodeImages, type GeneratedImages, type ImageDecoder } from './generated-images.ts';

// Settings in `extra`.
export { droppedSettings } from './extra.ts';

// Images API.
export {
  COMPATIBLE_IMAGES,
  fromImagesBody,
  fromImagesStream,
  toImagesCall,
  type ImagesCall,
  type ImagesQuirks,
} from './images-api.ts';

// API of the Stable Diffusion web UI.
export {
  fromTxt2ImgBody,
  toTxt2ImgCall,
  txt2imgModel,
  type PostTxt2Img,
  type Txt2ImgCall,
} from './txt2img.ts';

// Runs that return one image each.
export { imageFromRun, toRunCall, type RunCall, type RunQuirks } from './run-image.ts';
