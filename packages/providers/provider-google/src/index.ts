export { createGoogle } from './provider.ts';
export { geminiFacts, type GeminiFacts } from './facts.ts';
export type { GoogleModelId } from './model-ids.ts';
export type { GoogleOptions } from './options.ts';
export type { Quirks, Thinking, ThinkingLevel } from './quirks.ts';
export { googleTools, type FileSearch } from './server-tools.ts';
