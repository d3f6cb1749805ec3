import type { AssistantPart, Message, ResultPart } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';

/**
 * Returns the messages for the summarizer, without secrets, reasoning and vendors' replay tokens. Also redacts tool arguments
 * whose names indicate secrets. Callers must redact before they cut strings, because a cut secret may not be recognized.
 */
export function redactMessages(messages: readonly Message[], redactor: Redactor): readonly Message[] {
  const text = (part: { readonly text: string }) => ({
    type: 'text' as const,
    text: redactor.text(part.text),
  });
  const vendorText = (kind: string, content: string) => text({ text: `[${kind}: ${content}]` });
  const result = (part: ResultPart): ResultPart => ({
    ...part,
    ...(part.type === 'vendor-result' && part.output && { output: redactor.value(part.output) }),
    content: part.content.map((piece) => (piece.type === 'text' ? text(piece) : piece)),
  });
  return messages.map((message): Message => {
    switch (message.role) {
      case 'system':
        return { role: 'system', parts: message.parts.map(text) };
      case 'user':
        return {
          role: 'user',
          parts: message.parts.map((part) => {
            if (part.type === 'text') return text(part);
            return 'name' in part && part.name !== undefined
              ? { ...part, name: redactor.text(part.name) }
              : part;
          }),
        };
      case 'tool':
        return { role: 'tool', parts: message.parts.map(result) };
      case 'assistant':
        return {
          role: 'assistant',
          parts: message.parts.flatMap((part): readonly AssistantPart[] => {
            if (part.type === 'reasoning') return [];
            if (part.type === 'text') return [text(part)];
            if (part.type === 'vendor')
              return part.text === undefined ? [] : [vendorText(part.kind, part.text)];
            // A media type contains no secret, and the bytes are not sent to another model.
            if (part.type === 'image' || part.type === 'audio')
              return [vendorText(part.type, part.mediaType)];
            // The type requires a token. No model reads a token of the empty family.
            if (part.type === 'vendor-call')
              return [{ ...part, args: redactor.value(part.args), replay: { family: '', data: null } }];
            const { type, id, name, args } = part;
            return [{ type, id, name, args: redactor.value(args) }];
          }),
        };
    }
  });
}
