import { LlmError } from '../contract/llm-error.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { TurnMessage } from '../contract/message.ts';

/** Throws `unsupported` for pictures, documents and audio that this target cannot take at all. */
export function requireMedia(
  messages: readonly TurnMessage[],
  { images, files, audio }: Capabilities,
  target: string,
): void {
  const refuse = (what: string): never => {
    throw new LlmError('unsupported', `${target} takes no ${what}`, { target });
  };
  for (const message of messages) {
    if (images === false && hasImage(message)) refuse('images');
    if (message.role !== 'user') continue;
    for (const part of message.parts) {
      if (part.type !== 'file' && part.type !== 'audio') continue;
      const types = part.type === 'file' ? files : audio;
      if (types === undefined || (types !== false && types.includes(part.mediaType))) continue;
      refuse(part.type === 'file' ? `files of type ${part.mediaType}` : `audio of type ${part.mediaType}`);
    }
  }
}

function hasImage(message: TurnMessage): boolean {
  if (message.role === 'user') return message.parts.some(({ type }) => type === 'image');
  return (
    message.role === 'tool' &&
    message.parts.some(({ content }) => content.some(({ type }) => type === 'image'))
  );
}
