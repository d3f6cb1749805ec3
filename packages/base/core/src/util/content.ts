import type {
  AudioPart,
  FilePart,
  ImagePart,
  Message,
  Part,
  ResultPiece,
  TurnMessage,
} from '../types/messages.ts';

/** Part that is an image, a document or audio. */
export type ContentPart = ImagePart | FilePart | AudioPart;

/** Returns the images, documents and audio of a message of the user or of tools. */
export function contentsIn({ role, parts }: TurnMessage): readonly ContentPart[] {
  const contents: ContentPart[] = [];
  if (role === 'assistant') return contents;
  for (const part of parts) {
    const pieces: readonly (Part | ResultPiece)[] = 'content' in part ? part.content : [part];
    for (const piece of pieces) if ('bytes' in piece) contents.push(piece);
  }
  return contents;
}

/** Whether a message contains an image, a document or audio. Creates no arrays, because each call reads the complete conversation. */
export const hasContents = ({ parts }: TurnMessage): boolean =>
  parts.some((part) =>
    'content' in part ? part.content.some((piece) => 'bytes' in piece) : 'bytes' in part,
  );

/** Whether messages contain a blob, or other content of at least a size in bytes. */
export const hasLargeContent = (messages: readonly Message[], size: number): boolean =>
  messages.some(({ parts }) =>
    parts.some((part) =>
      'content' in part ? part.content.some((piece) => isLarge(piece, size)) : isLarge(part, size),
    ),
  );

const isLarge = (part: Part | ResultPiece, size: number): boolean =>
  part.type === 'blob' || ('bytes' in part && part.bytes.length >= size);
