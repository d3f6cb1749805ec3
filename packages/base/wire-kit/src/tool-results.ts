import type {
  FilePart,
  ImagePart,
  TextPart,
  ResultPart,
  TurnMessage,
  UserTurnPart,
  Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';

// Tool results for APIs, such as Chat Completions, whose tool results are only text, without a flag for an error.

/** Prefix for the text of a failed result. */
const ERROR_PREFIX = 'ERROR: ';

/** Whether a result contains images or documents. */
export const hasMedia = ({ content }: ResultPart): boolean => content.some(({ type }) => type !== 'text');

/** Returns the text of a result, with a prefix if the call failed. Parts of the text are on separate lines. */
export const resultText = ({ content, isError }: ResultPart): string =>
  withErrorPrefix(joinTexts(content, '\n'), isError);

/** Adds a prefix to the text of a failed result. */
export const withErrorPrefix = (text: string, isError: boolean | undefined): string =>
  isError === true ? ERROR_PREFIX + text : text;

/** Returns the text parts as one string. Omits other parts. */
export const joinTexts = (parts: readonly { readonly type: string }[], separator: string): string =>
  parts
    .filter((part): part is TextPart => part.type === 'text')
    .map(({ text }) => text)
    .join(separator);

/**
 * Moves images and documents of tool results to a user message. The message follows the last of several consecutive results,
 * because these APIs accept no other role between results. Writes a warning for each result with such content.
 */
export function withTextResults(
  messages: readonly TurnMessage[],
  warnings: Warning[] = [],
): readonly TurnMessage[] {
  const result: TurnMessage[] = [];
  let moved: UserTurnPart[] = [];
  /** Writes the moved content before the message that follows the results. */
  const pushMoved = (): void => {
    if (moved.length > 0) result.push({ role: 'user', parts: moved });
    moved = [];
  };
  for (const message of messages) {
    if (message.role !== 'tool') pushMoved();
    if (message.role !== 'tool' || !message.parts.some(hasMedia)) {
      result.push(message);
      continue;
    }
    const parts = message.parts.map((part) => {
      // The result of a call that waits for the client has its own item, which contains the image.
      if (!hasMedia(part) || part.type === 'vendor-result') return part;
      const { name, content } = part;
      const media = content.filter((piece): piece is ImagePart | FilePart => piece.type !== 'text');
      const what = namesOf(media);
      moved.push({ type: 'text', text: `${what} of the result of ${name}:` }, ...media);
      warnings.push({
        action: 'coerced',
        what: `${what.toLowerCase()} of the result of ${name}`,
        why: 'tool results of this API contain text only; the media follow in a user message',
      });
      const texts = content.filter((piece): piece is TextPart => piece.type === 'text');
      const seeBelow: TextPart = { type: 'text', text: `See the ${what.toLowerCase()} below.` };
      return { ...part, content: joinTexts(texts, '') === '' ? [seeBelow] : texts };
    });
    result.push({ role: 'tool', parts });
  }
  pushMoved();
  return result;
}

function namesOf(media: readonly { readonly type: 'image' | 'file' }[]): string {
  const types = new Set(media.map(({ type }) => type));
  if (types.size > 1) return 'Images and documents';
  return types.has('image') ? 'Images' : 'Documents';
}

/** Returns a data URL with the bytes in base64. */
export const dataUrl = (mediaType: string, bytes: Uint8Array): string =>
  `data:${mediaType};base64,${toBase64(bytes)}`;
