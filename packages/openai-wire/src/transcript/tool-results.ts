import type { ImagePart, TextPart, ToolResultPart, TurnMessage, UserPart, Warning } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';

/** Prefix of a failed result: the wires have no error flag. */
const ERROR_PREFIX = 'ERROR: ';

const SEE_BELOW = 'See the images below.';

export const imagesIn = ({ content }: ToolResultPart): readonly ImagePart[] =>
  content.filter((part): part is ImagePart => part.type === 'image');

/** Returns the text of a result. `hasMovedImages`: whether its images follow in a user message. */
export function resultText({ content, isError }: ToolResultPart, hasMovedImages: boolean): string {
  const text = joinTexts(content, '\n');
  return withErrorPrefix(text === '' && hasMovedImages ? SEE_BELOW : text, isError);
}

export const withErrorPrefix = (text: string, isError: boolean | undefined): string =>
  isError === true ? ERROR_PREFIX + text : text;

export const joinTexts = (parts: readonly { readonly type: string }[], separator: string): string =>
  parts
    .filter((part): part is TextPart => part.type === 'text')
    .map(({ text }) => text)
    .join(separator);

/** Adds the images of a result to `moved`, which becomes a user message, with a warning. */
export function moveImages(
  result: ToolResultPart,
  images: readonly ImagePart[],
  moved: UserPart[],
  warnings: Warning[],
): void {
  if (images.length === 0) return;
  moved.push(...imagesOf(result, images));
  warnings.push({
    action: 'coerced',
    what: `images of the result of ${result.name}`,
    why: 'a tool result can only contain text here; they follow in a user message',
  });
}

const imagesOf = ({ name }: ToolResultPart, images: readonly ImagePart[]): readonly UserPart[] => [
  { type: 'text', text: `Images of the result of ${name}:` },
  ...images,
];

/** Moves the images of tool results to a user message after each run of results. */
export function withTextResults(messages: readonly TurnMessage[]): readonly TurnMessage[] {
  const result: TurnMessage[] = [];
  let moved: UserPart[] = [];
  const pushMoved = (): void => {
    if (moved.length > 0) result.push({ role: 'user', parts: moved });
    moved = [];
  };
  for (const message of messages) {
    if (message.role !== 'tool') pushMoved();
    if (message.role !== 'tool' || message.parts.every((part) => imagesIn(part).length === 0)) {
      result.push(message);
      continue;
    }
    const parts = message.parts.map((part) => {
      const images = imagesIn(part);
      if (images.length === 0) return part;
      moved.push(...imagesOf(part, images));
      const text = part.content.filter(({ type }) => type === 'text');
      return { ...part, content: text.length > 0 ? text : [{ type: 'text' as const, text: SEE_BELOW }] };
    });
    result.push({ role: 'tool', parts });
  }
  pushMoved();
  return result;
}

export const dataUrl = (mediaType: string, bytes: Uint8Array): string =>
  `data:${mediaType};base64,${toBase64(bytes)}`;
