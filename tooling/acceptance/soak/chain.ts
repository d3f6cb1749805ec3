import { SIDES, type Side } from '../src/wires.ts';

/** Creates a chain of three targets that use the SDKs of OpenAI, Anthropic and Google. */
export const CHAIN: readonly Side[] = SIDES.slice(0, 3);
