import type { Tool } from '@anthropic-ai/sdk/resources/messages';

/** Members for `ToolSpec.extra`, under the id of the provider or `anthropic-messages`. */
export type MessagesToolOptions = Pick<Tool, 'allowed_callers' | 'eager_input_streaming' | 'input_examples'>;
