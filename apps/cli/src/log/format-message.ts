import type { Message } from '@majordomo/core';
import { contentSize } from '@majordomo/core/toolkit';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';

/** Formats a message as text, with placeholders for images, files and other content. Omits reasoning. */
export function formatMessage({ role, parts }: Message, { stdout }: Io): string {
  const texts = parts.flatMap((part): readonly string[] => {
    switch (part.type) {
      case 'text':
        return [part.text];
      case 'reasoning':
        return [];
      case 'image':
      case 'file':
      case 'audio':
      case 'blob':
        return [`(${part.mediaType}, ${contentSize(part)} bytes)`];
      case 'vendor':
        return [`(${part.kind}${part.text === undefined ? '' : `: ${part.text}`})`];
      case 'tool-call':
      case 'vendor-call':
        return [`→ ${part.name}(${JSON.stringify(part.args)})`];
      case 'tool-result':
      case 'vendor-result':
        return part.content.map((piece) => (piece.type === 'text' ? piece.text : `(${piece.type})`));
    }
  });
  const text = wrapText(printable(texts.join('\n')), stdout.columns);
  return `${painter(stdout)('bold', role)}\n${text}\n`;
}
