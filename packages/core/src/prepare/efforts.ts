import type { Effort } from '../contract/request.ts';

const EVERY: Readonly<Record<Effort, true>> = {
  none: true,
  minimal: true,
  low: true,
  medium: true,
  high: true,
  xhigh: true,
  max: true,
};

/** Every effort, weakest first. */
export const EFFORTS = Object.keys(EVERY) as readonly Effort[];
