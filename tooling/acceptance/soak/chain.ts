import { SIDES, type Side } from '../src/wires.ts';

/** Three vendors' SDKs: openai, anthropic and google. */
export const CHAIN: readonly Side[] = SIDES.slice(0, 3);
