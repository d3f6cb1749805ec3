export { createAnthropic } from './provider.ts';
export type { AnthropicOptions } from './options.ts';
