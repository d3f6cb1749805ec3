import { LlmError } from '@majordomo/core';

/** Size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Rules for the sizes that a backend accepts. An unset member means no limit. */
export interface SizeRule {
  /** Number of pixels that must divide the width and the height. */
  readonly multipleOf?: number | undefined;
  /** Maximum length of an edge, in pixels. */
  readonly maxEdge?: number | undefined;
  /** Maximum number of pixels (width × height). */
  readonly maxPixels?: number | undefined;
  /** Maximum ratio of the longer edge to the shorter edge. */
  readonly maxRatio?: number | undefined;
}

/** Parses a size such as `512x768`. Throws `invalid-request` unless both edges are positive integers of at most six digits. */
export function parseSize(size: string): Size {
  const match = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(size);
  if (match === null) {
    throw new LlmError('invalid-request', `size must be like 512x768, not "${size}"`, { path: 'size' });
  }
  return { width: Number(match[1]), height: Number(match[2]) };
}

/** Throws `unsupported` if the rule forbids this size. The chain then continues with the next target. */
export function checkSize({ width, height }: Size, rule: SizeRule, target: string): void {
  const { multipleOf = 1, maxEdge = Infinity, maxPixels = Infinity, maxRatio = Infinity } = rule;
  const longest = Math.max(width, height);
  const refuse = (why: string): never => {
    throw new LlmError('unsupported', `${target} does not accept the size ${width}x${height}; ${why}`, {
      target,
      path: 'size',
    });
  };
  if (width % multipleOf !== 0 || height % multipleOf !== 0)
    refuse(`edges must be multiples of ${multipleOf}`);
  if (longest > maxEdge) refuse(`edges must be at most ${maxEdge}`);
  if (width * height > maxPixels) refuse(`images may have at most ${maxPixels} pixels`);
  if (longest / Math.min(width, height) > maxRatio) refuse(`the aspect ratio must be at most ${maxRatio}:1`);
}
