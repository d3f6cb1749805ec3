import { LlmError } from '../error/llm-error.ts';
import type { Capabilities } from '../model/capabilities.ts';
import type { ChatRequest } from '../model/request.ts';
import type { Message } from '../model/message.ts';

/** Throws `unsupported` for what this target cannot take at all; a chain then passes it over without penalty. */
export function requireCapabilities(request: ChatRequest, capabilities: Capabilities, target: string): void {
  const refuse = (what: string): never => {
    throw new LlmError('unsupported', `${target} takes no ${what}`, { target });
  };
  const { tools, images, files, output, prefill } = capabilities;
  if (tools === false && request.tools !== undefined && request.tools.length > 0) refuse('tools');
  if (output === false && request.output !== undefined) refuse('output schema');
  if (images === false && request.messages.some(hasImage)) refuse('images');
  if (
    prefill === false &&
    request.messages.at(-1)?.role === 'assistant' &&
    !endsInCalls(request.messages.at(-1))
  ) {
    refuse('assistant message at the end: let a user or tool message follow it');
  }
  if (files === undefined) return;
  for (const mediaType of fileTypes(request.messages)) {
    if (files === false || !files.includes(mediaType)) refuse(`files of type ${mediaType}`);
  }
}

const hasImage = (message: Message): boolean =>
  (message.role === 'user' && message.parts.some(({ type }) => type === 'image')) ||
  (message.role === 'tool' &&
    message.parts.some(({ content }) => content.some(({ type }) => type === 'image')));

/** Open calls get their results from the history repair. */
const endsInCalls = (message: Message | undefined): boolean =>
  message?.role === 'assistant' && message.parts.some(({ type }) => type === 'tool-call');

const fileTypes = (messages: readonly Message[]): string[] =>
  messages.flatMap((message) =>
    message.role === 'user'
      ? message.parts.flatMap((part) => (part.type === 'file' ? [part.mediaType] : []))
      : [],
  );
