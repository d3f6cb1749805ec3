import type { FilePart, ModelRequest, ResultPiece, TurnMessage, UserPart, Warning } from '@majordomo/core';
import { contentsIn, withContents } from '@majordomo/core/toolkit';

/**
 * Returns messages in which all documents are cited, or none. The API rejects a request in which only some documents are cited, and
 * citations together with an output schema.
 */
export function withUniformCitations(
  { messages, output }: Pick<ModelRequest, 'messages' | 'output'>,
  warnings: Warning[],
): readonly TurnMessage[] {
  if (!messages.some(hasCited)) return messages;
  const files = messages.flatMap(filesIn);
  const cited = files.filter(({ citations }) => citations === true);
  const isForbidden = output?.schema !== undefined;
  if (isForbidden)
    warnings.push({
      action: 'dropped',
      what: 'citations of documents',
      why: 'this API does not cite documents in a response with a schema',
    });
  else if (cited.length < files.length)
    warnings.push({
      action: 'coerced',
      what: 'citations to all documents',
      why: 'this API cites either all documents of a request or none',
    });
  else return messages;
  return messages.map((message) =>
    withContents(message, (part) => [part.type === 'file' ? { ...part, citations: !isForbidden } : part]),
  );
}

/** Returns the paragraphs of a search result, which the model cites separately. A search result has no member for the context. */
export function paragraphsOf({ bytes, context = '' }: FilePart): readonly string[] {
  const found = new TextDecoder().decode(bytes).split(/\n[^\S\n]*\n/);
  return [context, ...found].map((text) => text.trim()).filter((text) => text !== '');
}

/** Whether a message has a document to cite. Creates no array, because each call reads the complete conversation. */
const hasCited = ({ role, parts }: TurnMessage): boolean =>
  role !== 'assistant' &&
  parts.some((part) => ('content' in part ? part.content.some(isCited) : isCited(part)));

const isCited = (piece: UserPart | ResultPiece): boolean => piece.type === 'file' && piece.citations === true;

const filesIn = (message: TurnMessage): readonly FilePart[] =>
  contentsIn(message).filter((part) => part.type === 'file');
