// sizes
export { aspectRatio, checkSize, parseSize, type Size, type SizeRule } from './size.ts';

// answers
export { imageFromBase64, imageFromBytes, type ImageLocation } from './decode-image.ts';
export { generateEach, decodeImages, type GeneratedImages, type ImageDecoder } from './generated-images.ts';

// requests
export { withoutUnset } from './extra.ts';

// the images wire
export {
  COMPATIBLE_IMAGES,
  fromImagesBody,
  IMAGES_WIRE,
  toImagesCall,
  type ImagesCall,
  type ImagesQuirks,
} from './images-api.ts';

// the web UI's wire
export {
  fromTxt2ImgBody,
  toTxt2ImgCall,
  TXT2IMG_WIRE,
  txt2imgModel,
  type PostTxt2Img,
  type Txt2ImgCall,
} from './txt2img.ts';

// one image a run
export { imageFromRun, RUN_WIRE, toRunCall, type RunCall, type RunQuirks } from './run-image.ts';
