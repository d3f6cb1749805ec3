import type { AssistantPart, ChatResponse, TextPart } from '@majordomo/core';
import { newId } from '../response/id.ts';
import { tokenText } from '../parsing/replay-token.ts';
import { hiddenData, messagesCitations, messagesUsage, stopOf } from './format.ts';

/** Returns a complete response as a `message` object. */
export const anthropicMessage = (
  { parts, finish, rawFinish, usage }: ChatResponse,
  model: string,
  stops: readonly string[],
): object => ({
  id: newId('msg_'),
  type: 'message',
  role: 'assistant',
  model,
  content: parts.flatMap(block),
  ...stopOf(finish, rawFinish, stops),
  usage: messagesUsage(usage),
});

function block(part: AssistantPart): object | readonly object[] {
  switch (part.type) {
    case 'text':
      return textBlock(part);
    case 'reasoning': {
      const data = hiddenData(part);
      // Reasoning of other vendors has no signature.
      return data === undefined
        ? { type: 'thinking', thinking: part.text, signature: tokenText(part.replay) ?? '' }
        : { type: 'redacted_thinking', data };
    }
    // The Messages API has no blocks for these parts.
    case 'vendor':
    case 'vendor-call':
    case 'image':
    case 'audio':
      return [];
    case 'tool-call':
      return { type: 'tool_use', id: part.id, name: part.name, input: part.args };
  }
}

/** Returns a `text` block. Without citations, omits the member `citations`, because some clients reject `null`. */
function textBlock(part: TextPart): object {
  const citations = messagesCitations(part);
  return { type: 'text', text: part.text, ...(citations.length > 0 && { citations }) };
}
