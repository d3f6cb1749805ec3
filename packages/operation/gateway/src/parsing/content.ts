import type { ImagePart, ReasoningPart, TextPart, UserPart } from '@majordomo/core';
import { objects, oneOf, string, type Fields, type Parser } from './fields.ts';
import { imageOf } from './media.ts';
import { tokenOf } from './replay-token.ts';

/** Returns a text part, or no part for an empty string. */
export const textPart = (text: string): readonly TextPart[] => (text === '' ? [] : [{ type: 'text', text }]);

/** Returns a reasoning part. Returns no part if the token is invalid, because a provider reads reasoning only with its token. */
export function reasoningPart(text: string, token: string): readonly ReasoningPart[] {
  const replay = tokenOf(token);
  return replay === undefined ? [] : [{ type: 'reasoning', text, replay }];
}

/** Returns a parser for a string, or for blocks of these types. The texts of the blocks are joined with `separator`. */
export const joinedText =
  (separator: string, ...types: readonly string[]): Parser<string> =>
  (value, path) =>
    typeof value === 'string'
      ? string(value, path)
      : objects((block) =>
          block.required(block.required('type', oneOf(...types)) === 'refusal' ? 'refusal' : 'text', string),
        )(value, path).join(separator);

/** Returns a parser for the content of a turn: a string or an array of blocks. */
export const content =
  (parseBlock: (block: Fields) => readonly UserPart[]): Parser<readonly UserPart[]> =>
  (value, path) =>
    typeof value === 'string' ? textPart(string(value, path)) : objects(parseBlock)(value, path).flat();

/** Returns a parser for the content of a tool result: text and images. Refuses other parts. */
export const resultContent =
  (parseBlock: (block: Fields) => readonly UserPart[]): Parser<readonly (TextPart | ImagePart)[]> =>
  (value, path) =>
    content(parseBlock)(value, path).map((part, index) =>
      part.type === 'text' ? part : imageOf(part, `${path}[${index}]`),
    );
