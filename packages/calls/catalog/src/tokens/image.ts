import { imageSize, type ImageSize } from './image-size.ts';
import { ANY_IMAGE, IMAGE_RULES, type ImageRule } from './profiles.ts';

/** Assumed size of an image whose size is unknown. Vendors scale down an image of this size. */
const LARGE: ImageSize = { width: 2048, height: 2048 };

/** Estimates the tokens of an image by the vendor's rule. Returns 1,600 if no rule is known. */
export function imageTokens(bytes: Uint8Array, model = ''): number {
  const rule = IMAGE_RULES.find(([pattern]) => pattern.test(model))?.[1] ?? ANY_IMAGE;
  return Math.ceil(applyRule(imageSize(bytes) ?? LARGE, rule));
}

function applyRule(size: ImageSize, rule: ImageRule): number {
  switch (rule.by) {
    case 'picture':
      return rule.tokens;
    case 'area': {
      const { width, height } = fitWithin(size, rule.longest);
      return Math.min(rule.most, (width * height) / rule.pixelsPerToken);
    }
    case 'tiles': {
      // OpenAI scales an image into 2048 × 2048 pixels, then its short side to 768, and counts tiles of 512.
      const { width, height } = scaleShortSide(fitWithin(size, 2048), 768);
      return rule.base + rule.tile * Math.ceil(width / 512) * Math.ceil(height / 512);
    }
    case 'patches':
      return rule.factor * Math.min(rule.most, Math.ceil(size.width / 32) * Math.ceil(size.height / 32));
    case 'crops': {
      // Gemini counts an image of up to 384 × 384 pixels as one crop. The edge of other crops is the short side / 1.5, from 256 to 768.
      const { width, height } = size;
      if (width <= 384 && height <= 384) return rule.crop;
      const unit = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
      return rule.crop * Math.ceil(width / unit) * Math.ceil(height / unit);
    }
  }
}

/** Scales a larger image down, so that its long side is `longest`. */
const fitWithin = ({ width, height }: ImageSize, longest: number): ImageSize => {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: width * scale, height: height * scale };
};

/** Scales a larger image down, so that its short side is `shortest`. */
const scaleShortSide = ({ width, height }: ImageSize, shortest: number): ImageSize => {
  const scale = Math.min(1, shortest / Math.min(width, height));
  return { width: width * scale, height: height * scale };
};
