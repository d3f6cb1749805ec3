import type { ResultPart, ResultPiece, TurnMessage, UserTurnPart } from '@majordomo/core';
import { contentsIn, type ContentPart } from '@majordomo/core/toolkit';

/** Returns the message with other contents. Returns the same message if no content changes. */
export function mapContents(
  message: TurnMessage,
  change: (part: ContentPart) => ContentPart | undefined,
): TurnMessage {
  if (!contentsIn(message).some((part) => change(part) !== undefined)) return message;
  const changed = <P extends UserTurnPart | ResultPiece>(piece: P): P =>
    piece.type === 'text' ? piece : ((change(piece) ?? piece) as P);
  if (message.role === 'user') return { ...message, parts: message.parts.map(changed) };
  if (message.role !== 'tool') return message;
  const parts = message.parts.map((part): ResultPart => ({ ...part, content: part.content.map(changed) }));
  return { ...message, parts };
}
