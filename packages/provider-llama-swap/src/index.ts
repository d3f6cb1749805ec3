export type { LogOptions, SwapEvent, WatchOptions } from './events.ts';
export type { ManageOptions } from './manage.ts';
export { createLlamaSwap, type LlamaSwap, type LlamaSwapOptions } from './provider.ts';
export type { RunningModel, SwapVersion } from './running.ts';
