import type { ImagePart, ReasoningPart, TextPart, UserPart } from '@majordomo/core';
import { objects, oneOf, string, type Fields, type Parser } from './fields.ts';
import { imageOf } from './media.ts';
import type { Notes } from './notes.ts';
import { tokenOf } from './replay-token.ts';

/** Returns a text part, or no part for an empty string. */
export const textPart = (text: string): readonly TextPart[] => (text === '' ? [] : [{ type: 'text', text }]);

/** Returns a reasoning part. Returns no part if the token is invalid, because a provider reads reasoning only with its token. */
export function reasoningPart(text: string, token: string): readonly ReasoningPart[] {
  const replay = tokenOf(token);
  return replay === undefined ? [] : [{ type: 'reasoning', text, replay }];
}

interface TextBlocks {
  /** Accepted types of blocks. */
  readonly types: readonly string[];
  /** Members without an effect on the text, which need no warning. */
  readonly known: readonly string[];
  readonly separator: string;
  readonly notes: Notes;
}

/** Returns a parser for a string, or for blocks, whose texts are joined. */
export const joinedText =
  ({ types, known, separator, notes }: TextBlocks): Parser<string> =>
  (value, path) => {
    const textOf = (block: Fields): string => {
      const type = block.required('type', oneOf(...types));
      const text = block.required(type === 'refusal' ? 'refusal' : 'text', string);
      notes.unparsedInElement(block, type, ...known);
      return text;
    };
    return typeof value === 'string' ? string(value, path) : objects(textOf)(value, path).join(separator);
  };

/** Returns a parser for the content of a turn: a string or an array of blocks. */
export const content =
  <Part extends UserPart>(
    parseBlock: (block: Fields) => readonly Part[],
  ): Parser<readonly (Part | TextPart)[]> =>
  (value, path) =>
    typeof value === 'string' ? textPart(string(value, path)) : objects(parseBlock)(value, path).flat();

/** Returns a parser for the content of a tool result: text and images. Refuses other parts. */
export const resultContent = (
  parseBlock: (block: Fields) => readonly UserPart[],
): Parser<readonly (TextPart | ImagePart)[]> =>
  content((block) =>
    parseBlock(block).map((part) => (part.type === 'text' ? part : imageOf(part, block.path))),
  );
