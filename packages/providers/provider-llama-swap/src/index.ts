export type { LogOptions, SwapEvent, WatchOptions } from './events.ts';
export type { LlamaSwapOptions, ManageOptions } from './options.ts';
export { createLlamaSwap, type LlamaSwap } from './provider.ts';
export type { RunningModel, SwapVersion } from './running.ts';
export type { ChatQuirks } from '@majordomo/provider-openai';
