import { LlmError } from '../contract/llm-error.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { Message } from '../contract/message.ts';

/** Throws `unsupported` for what this target cannot take at all; a chain then passes it over without penalty. Of media see `requireMedia`. */
export function requireCapabilities(request: ChatRequest, capabilities: Capabilities, target: string): void {
  const refuse = (what: string): never => {
    throw new LlmError('unsupported', `${target} takes no ${what}`, { target });
  };
  const { tools, output, prefill } = capabilities;
  if (tools === false && request.tools !== undefined && request.tools.length > 0) refuse('tools');
  if (output === false && request.output !== undefined) refuse('output schema');
  if (prefill === false && endsInText(request.messages.at(-1))) {
    refuse('assistant message at the end: let a user or tool message follow it');
  }
}

/** A prefill; open calls get their results from the history repair, and what the vendor kept is a turn that it paused. */
const endsInText = (message: Message | undefined): boolean =>
  message?.role === 'assistant' &&
  message.parts.every(({ type }) => type !== 'tool-call') &&
  message.parts.at(-1)?.type === 'text';
