export { createAnthropic } from './provider.ts';
export { messagesFacts, type MessagesFacts } from './facts.ts';
export type { MessagesToolOptions } from './tool-options.ts';
export type { AnthropicModelId } from './model-ids.ts';
export type { AnthropicOptions } from './options.ts';
export type { ClaudeQuirks } from '@majordomo/claude';
export type { Quirks } from './quirks.ts';
export {
  anthropicTools,
  type CodeExecution,
  type SearchLocation,
  type WebFetch,
  type WebSearch,
} from './server-tools.ts';
