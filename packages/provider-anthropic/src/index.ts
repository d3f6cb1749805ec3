export { createAnthropic, type AnthropicOptions } from './provider.ts';
