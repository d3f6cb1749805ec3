import { LlmError } from '@majordomo/core';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a backend draws, as far as its documents say; unset means any. */
export interface SizeRule {
  /** Both edges are a multiple of it. */
  readonly multipleOf?: number | undefined;
  readonly maxEdge?: number | undefined;
  readonly maxPixels?: number | undefined;
  /** The longer edge over the shorter one, at most. */
  readonly maxRatio?: number | undefined;
}

/** `'512x768'` → width and height. Throws `invalid-request` for anything that is not two whole numbers above 0. */
export function parseSize(size: string): Size {
  const match = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(size);
  if (match === null) {
    throw new LlmError('invalid-request', `size must be like 512x768, not "${size}"`, { path: 'size' });
  }
  return { width: Number(match[1]), height: Number(match[2]) };
}

/** Throws `unsupported`, so that a chain continues, where a target does not draw this size. */
export function checkSize({ width, height }: Size, rule: SizeRule, target: string): void {
  const { multipleOf = 1, maxEdge = Infinity, maxPixels = Infinity, maxRatio = Infinity } = rule;
  const longest = Math.max(width, height);
  const refuse = (why: string): never => {
    throw new LlmError('unsupported', `${target} does not draw ${width}x${height}: ${why}`, {
      target,
      path: 'size',
    });
  };
  if (width % multipleOf !== 0 || height % multipleOf !== 0) refuse(`edges are multiples of ${multipleOf}`);
  if (longest > maxEdge) refuse(`the longest edge is ${maxEdge}`);
  if (width * height > maxPixels) refuse(`it has at most ${maxPixels} pixels`);
  if (longest / Math.min(width, height) > maxRatio) refuse(`edges are at most ${maxRatio}:1`);
}

/** `'16:9'` for 1792x1008: how wires without pixels say it. */
export function aspectRatio({ width, height }: Size): string {
  const divisor = greatestCommon(width, height);
  return `${width / divisor}:${height / divisor}`;
}

const greatestCommon = (a: number, b: number): number => (b === 0 ? a : greatestCommon(b, a % b));
