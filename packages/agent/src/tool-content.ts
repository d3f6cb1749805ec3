import { truncateText, type ToolResultPart } from '@majordomo/core';

type Content = ToolResultPart['content'];

/** What a tool returned, as the content of a result. Throws for what JSON cannot say. */
export function toolContent(output: unknown, maxChars: number): Content {
  if (typeof output === 'string') return cut([{ type: 'text', text: output }], maxChars);
  const parts = Array.isArray(output) && output.length > 0 ? output : [output];
  if (parts.every(isPart)) {
    // What else stands on a part goes into the transcript with it, and a journal tries what it cannot write again and again.
    for (const part of parts) JSON.stringify({ ...part, bytes: undefined });
    return cut(parts, maxChars);
  }
  // A tool that returns nothing did what it was asked to.
  const json: unknown = output === undefined ? 'done' : JSON.stringify(output);
  if (typeof json !== 'string') throw new TypeError(`the tool returned a ${typeof output}, which is no JSON`);
  return cut([{ type: 'text', text: json }], maxChars);
}

function isPart(value: unknown): value is Content[number] {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  if (value.type === 'text') return 'text' in value && typeof value.text === 'string';
  return value.type === 'image' && 'bytes' in value && value.bytes instanceof Uint8Array;
}

/** Pictures are counted by the media limits of the target, not here. */
function cut(content: Content, maxChars: number): Content {
  const total = content.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
  if (total <= maxChars) return content;
  let left = maxChars;
  return content
    .map((part) => {
      if (part.type !== 'text') return part;
      const text = truncateText(part.text, Math.max(0, left));
      const last = left > 0 && part.text.length >= left;
      const leftOut = total - maxChars + left - text.length;
      left -= part.text.length;
      return {
        ...part,
        text: last ? `${text}\n[cut: the result had ${total} characters, ${leftOut} are left out]` : text,
      };
    })
    .filter((part) => part.type !== 'text' || part.text !== '');
}
