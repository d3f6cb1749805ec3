import { LlmError } from '@majordomo/core';
import type {
  AssistantMessage,
  ImagePart,
  ResultPart,
  TurnMessage,
  UserTurn,
  Warning,
} from '@majordomo/core';
import { dataUrl, resultText, withTextResults } from '@majordomo/wire-kit/internal';

/** Message of the input. `content` must not be null, because the binding rejects null. */
export interface WireMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | WirePart[];
  readonly reasoning_content?: string;
  readonly tool_calls?: WireToolCall[];
  readonly name?: string;
  readonly tool_call_id?: string;
}
type WirePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };
interface WireToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Converts turns to messages. The content is a string, or a list if it has images. Each tool result becomes a message. */
export function toMessages(
  messages: readonly TurnMessage[],
  family: string,
  warnings: Warning[],
): WireMessage[] {
  const wire: WireMessage[] = [];
  // Images of tool results follow in a user message, because models accept images only in user messages.
  for (const message of withTextResults(messages, warnings)) {
    if (message.role === 'user') wire.push({ role: 'user', content: userContent(message.parts) });
    else if (message.role === 'assistant') wire.push(assistantMessage(message, family));
    else wire.push(...message.parts.map(resultMessage));
  }
  return wire;
}

function userContent(parts: UserTurn['parts']): WireMessage['content'] {
  const content = parts.map((part): WirePart => {
    switch (part.type) {
      case 'text':
        return { type: 'text', text: part.text };
      case 'image':
        return imagePart(part);
      case 'audio':
        throw new LlmError('unsupported', 'this API does not accept audio; send a transcript');
      case 'file':
        throw new LlmError(
          'unsupported',
          'this API does not accept files; send their text, or images of their pages',
        );
      default:
        return part satisfies never;
    }
  });
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.length === content.length ? texts.join('\n\n') : content;
}

const imagePart = ({ mediaType, bytes }: ImagePart): WirePart => ({
  type: 'image_url',
  image_url: { url: dataUrl(mediaType, bytes) },
});

function assistantMessage({ parts }: AssistantMessage, family: string): WireMessage {
  let content = '';
  let reasoning = '';
  const calls: WireToolCall[] = [];
  for (const part of parts) {
    if (part.type === 'text') content += part.text;
    else if (part.type === 'reasoning') reasoning += part.replay?.family === family ? part.text : '';
    else if (part.type === 'tool-call') {
      calls.push({
        id: part.id,
        type: 'function',
        function: { name: part.name, arguments: JSON.stringify(part.args) },
      });
    }
  }
  return {
    role: 'assistant',
    content,
    ...(reasoning === '' ? undefined : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? undefined : { tool_calls: calls }),
  };
}

const resultMessage = (result: ResultPart): WireMessage => ({
  role: 'tool',
  content: resultText(result),
  name: result.name,
  tool_call_id: result.callId,
});
