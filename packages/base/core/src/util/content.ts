import type { AudioPart, FilePart, ImagePart, Part, ResultPiece, TurnMessage } from '../types/messages.ts';

/** Part that is an image, a document or audio. */
export type ContentPart = ImagePart | FilePart | AudioPart;

/** Returns the images, documents and audio of a message of the user or of tools. */
export const contentsIn = ({ role, parts }: TurnMessage): readonly ContentPart[] =>
  (role === 'assistant' ? [] : parts)
    .flatMap((part): readonly (Part | ResultPiece)[] => ('content' in part ? part.content : [part]))
    .filter((piece) => 'bytes' in piece);
