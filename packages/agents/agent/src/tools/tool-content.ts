import { truncateText, type ToolResultPart } from '@majordomo/core';
import { jsonOf, partOf } from './tool-output.ts';

type Content = ToolResultPart['content'];

/**
 * Returns the output of a tool as a result's content, truncated to `maxChars` characters and a mark. `keepsTextFiles`: whether a text
 * document stays a document instead of becoming text. Throws for an unsupported value.
 */
export function toolContent(output: unknown, maxChars: number, keepsTextFiles = false): Content {
  if (typeof output === 'string') return cut([{ type: 'text', text: output }], maxChars);
  const values: readonly unknown[] = Array.isArray(output) && output.length > 0 ? output : [output];
  const parts = values.map((value) => partOf(value, keepsTextFiles));
  if (parts.every((part) => part !== undefined)) return cut(parts, maxChars);
  // The model requires a result, even if the tool returns nothing.
  const json: unknown = output === undefined ? 'done' : jsonOf(output);
  if (typeof json !== 'string')
    throw new TypeError(`the result has type ${typeof output}; return text, JSON, an image or a document`);
  return cut([{ type: 'text', text: json }], maxChars);
}

/** Truncates texts to `maxChars` in total. The text that reaches the limit receives a mark, and later texts are removed. */
function cut(content: Content, maxChars: number): Content {
  const total = content.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
  if (total <= maxChars) return content;
  /** Number of characters that remain; -1 after the text with the mark. */
  let left = maxChars;
  return content
    .map((part) => {
      if (part.type !== 'text') return part;
      const text = truncateText(part.text, Math.max(0, left));
      const isLast = left >= 0 && part.text.length >= left;
      // The earlier texts are complete and have `maxChars - left` characters.
      const leftOut = total - maxChars + left - text.length;
      left = isLast ? -1 : left - part.text.length;
      return {
        ...part,
        text: isLast ? `${text}\n[cut: ${leftOut} of ${total} characters are omitted]` : text,
      };
    })
    .filter((part) => part.type !== 'text' || part.text !== '');
}
