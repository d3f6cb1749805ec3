export type { LogOptions, SwapEvent, WatchOptions } from './events.ts';
export type { LlamaSwapOptions, ManageOptions } from './options.ts';
export { createLlamaSwap, type LlamaSwap } from './provider.ts';
export type { RunningModel, SwapVersion } from './running.ts';
export { chatFacts, type ChatFacts } from '@majordomo/provider-openai';
export type { ChatQuirks } from '@majordomo/provider-openai';
