export { fromAISDK, type FromAISDKOptions } from './from-ai-sdk/provider.ts';
export { toAISDK, type AISDKProvider } from './to-ai-sdk/provider.ts';
export { toLanguageModel } from './to-ai-sdk/language-model.ts';
export type { BridgeOptions } from './to-ai-sdk/options.ts';
