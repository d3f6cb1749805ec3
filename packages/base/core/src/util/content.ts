import type {
  AudioPart,
  FilePart,
  ImagePart,
  Message,
  Part,
  ResultPart,
  ResultPiece,
  TextPart,
  TurnMessage,
  UserPart,
} from '../types/messages.ts';

/** Part that is an image, a document or audio. */
export type ContentPart = ImagePart | FilePart | AudioPart;

/** Returns the images, documents and audio of a message of the user or of tools. */
export function contentsIn({ role, parts }: Message | TurnMessage): readonly ContentPart[] {
  const contents: ContentPart[] = [];
  if (role === 'assistant') return contents;
  for (const part of parts) {
    const pieces: readonly (Part | ResultPiece)[] = 'content' in part ? part.content : [part];
    for (const piece of pieces) if ('bytes' in piece) contents.push(piece);
  }
  return contents;
}

/** Returns the pieces that replace an image, a document or audio. */
type ContentChange = (part: ContentPart) => readonly (ContentPart | TextPart)[];

/**
 * Returns a message of the user or of tools with other images, documents and audio. Returns the same message if none changes, because
 * providers cache messages by identity.
 */
export function withContents(message: TurnMessage, change: ContentChange): TurnMessage;
export function withContents(message: Message, change: ContentChange): Message;
export function withContents(message: Message, change: ContentChange): Message {
  const changes = new Map(contentsIn(message).map((part) => [part, change(part)] as const));
  if ([...changes].every(([part, pieces]) => pieces.length === 1 && pieces[0] === part)) return message;
  const piecesFor = <P extends UserPart | ResultPiece>(piece: P): readonly P[] =>
    (changes.get(piece as ContentPart) as readonly P[] | undefined) ?? [piece];
  if (message.role === 'user') return { ...message, parts: message.parts.flatMap(piecesFor) };
  if (message.role !== 'tool') return message;
  const parts = message.parts.map((part): ResultPart => ({
    ...part,
    content: part.content.flatMap(piecesFor),
  }));
  return { ...message, parts };
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
