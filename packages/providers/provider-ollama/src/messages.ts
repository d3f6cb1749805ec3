import { LlmError } from '@majordomo/core';
import type {
  AssistantMessage,
  AudioPart,
  JsonObject,
  ResultPart,
  TurnMessage,
  UserTurn,
  Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { resultText, withTextResults } from '@majordomo/wire-kit/internal';
import { WAV } from './models.ts';

/** Message of the API. Call ids are missing in the SDK's types, and older servers ignore call ids. */
export interface WireMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly thinking?: string;
  readonly images?: string[];
  readonly tool_calls?: WireToolCall[];
  readonly tool_name?: string;
  readonly tool_call_id?: string;
}
export interface WireToolCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: JsonObject };
}

/** Converts turns to messages. Text becomes one string. Images are in a separate list. Each tool result becomes a message. */
export function toMessages(
  messages: readonly TurnMessage[],
  family: string,
  warnings: Warning[],
): WireMessage[] {
  const wire: WireMessage[] = [];
  // Images of tool results follow in a user message, because models accept images only in user messages.
  for (const message of withTextResults(messages, warnings)) {
    if (message.role === 'user') wire.push(userMessage(message));
    else if (message.role === 'assistant') wire.push(assistantMessage(message, family));
    else wire.push(...message.parts.map(resultMessage));
  }
  return wire;
}

function userMessage({ parts }: UserTurn): WireMessage {
  const texts: string[] = [];
  const images: string[] = [];
  for (const part of parts) {
    switch (part.type) {
      case 'text':
        texts.push(part.text);
        break;
      case 'image':
        images.push(toBase64(part.bytes));
        break;
      case 'audio':
        images.push(audioData(part));
        break;
      case 'file':
        throw new LlmError(
          'unsupported',
          'this API does not accept files; send their text, or images of their pages',
        );
      default:
        part satisfies never;
    }
  }
  return { role: 'user', content: texts.join('\n\n'), ...(images.length > 0 ? { images } : undefined) };
}

/** Returns WAV as base64 for the list of images, in which the server detects WAV by its bytes (ollama/ollama#15427, 2026-04). */
function audioData({ mediaType, bytes }: AudioPart): string {
  if (WAV.includes(mediaType)) return toBase64(bytes);
  throw new LlmError('unsupported', `audio of type "${mediaType}" is not supported; use WAV`);
}

/**
 * Converts an assistant message. Includes only reasoning of `family`. The model's template determines which turns use the
 * reasoning.
 */
function assistantMessage({ parts }: AssistantMessage, family: string): WireMessage {
  let content = '';
  let thinking = '';
  const calls: WireToolCall[] = [];
  for (const part of parts) {
    if (part.type === 'text') content += part.text;
    else if (part.type === 'tool-call')
      calls.push({ id: part.id, function: { name: part.name, arguments: part.args } });
    else if (part.type === 'reasoning' && part.replay?.family === family) thinking += part.text;
  }
  return {
    role: 'assistant',
    content,
    ...(thinking === '' ? undefined : { thinking }),
    ...(calls.length === 0 ? undefined : { tool_calls: calls }),
  };
}

const resultMessage = (result: ResultPart): WireMessage => ({
  role: 'tool',
  content: resultText(result),
  tool_name: result.name,
  tool_call_id: result.callId,
});
