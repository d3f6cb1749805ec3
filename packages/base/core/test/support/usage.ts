import type { Usage } from '../../src/index.ts';
import { UNKNOWN_USAGE } from '../../src/toolkit.ts';

/** Completes a usage whose other counts are unknown. */
export const usageOf = (fields: Partial<Usage>): Usage => ({ ...UNKNOWN_USAGE, ...fields });
