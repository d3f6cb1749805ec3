import type { FilePart, ResultPiece, TextPart, TurnMessage, UserPart } from '../types/messages.ts';
import type { Warning } from '../types/response.ts';
import type { Capabilities } from '../types/target.ts';
import { contentsIn, withContents, type ContentPart } from '../util/content.ts';
import type { FittedMessages } from './media.ts';

/**
 * Converts titles, contexts, search results and cited texts to text, and drops the request for citations, unless the target accepts
 * them.
 */
export function fitDocuments(
  messages: readonly TurnMessage[],
  { citations }: Capabilities,
  target: string,
): FittedMessages {
  if (citations === true || !messages.some(hasDescribed)) return { messages, warnings: [] };
  const fitted = messages.map((message) => withContents(message, plainPieces));
  return { messages: fitted, warnings: warningsFor(messages, target) };
}

type Piece = UserPart | ResultPiece;

/** Whether a piece is a document with members that only some vendors accept. */
const isDescribed = (piece: Piece): piece is FilePart =>
  piece.type === 'file' && (hasDescription(piece) || piece.citations === true);

const hasDescription = ({ title, context, source }: FilePart): boolean =>
  [title, context, source].some((text) => text !== undefined);

/** Whether a message has such a document. Creates few arrays, because each call reads the complete conversation. */
const hasDescribed = ({ role, parts }: TurnMessage): boolean =>
  role !== 'assistant' &&
  parts.some((part) => ('content' in part ? part.content.some(isDescribed) : isDescribed(part)));

function plainPieces(piece: ContentPart): readonly (ContentPart | TextPart)[] {
  if (!isDescribed(piece)) return [piece];
  const { type, mediaType, bytes, name, title = name, context, source } = piece;
  const heading = source === undefined ? title : `${title ?? 'Search result'} (${source})`;
  const isText = mediaType.startsWith('text/');
  const body = isText ? new TextDecoder().decode(bytes) : undefined;
  const text = [heading, context, body].filter((each) => each !== undefined && each !== '').join('\n\n');
  if (isText) return [{ type: 'text', text }];
  const file: FilePart = { type, mediaType, bytes, ...(name !== undefined && { name }) };
  return hasDescription(piece) ? [{ type: 'text', text: `${text}:` }, file] : [file];
}

function warningsFor(messages: readonly TurnMessage[], target: string): readonly Warning[] {
  const documents = messages.flatMap(contentsIn).filter(isDescribed);
  const warnings: Warning[] = [];
  if (documents.some((piece) => piece.citations === true))
    warnings.push({
      action: 'dropped',
      what: 'citations of documents',
      why: `${target} does not cite documents of the request`,
    });
  if (documents.some((piece) => hasDescription(piece) || piece.mediaType.startsWith('text/')))
    warnings.push({
      action: 'coerced',
      what: 'search results and descriptions of documents',
      why: `${target} accepts them as text only`,
    });
  return warnings;
}
