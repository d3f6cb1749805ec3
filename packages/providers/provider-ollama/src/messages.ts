import { LlmError } from '@majordomo/core';
import type {
  AssistantMessage,
  AudioPart,
  ImagePart,
  ResultPiece,
  JsonObject,
  ToolMessage,
  TurnMessage,
  UserTurn,
  Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
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

/** Prefix of a failed result, because the API has no error flag. */
const ERROR_PREFIX = 'ERROR: ';

/** Converts turns to messages. Text becomes one string. Images are in a separate list. Each tool result becomes a message. */
export function toMessages(
  messages: readonly TurnMessage[],
  family: string,
  warnings: Warning[],
): WireMessage[] {
  const wire: WireMessage[] = [];
  for (const message of messages) {
    if (message.role === 'user') wire.push(userMessage(message));
    else if (message.role === 'assistant') wire.push(assistantMessage(message, family));
    else wire.push(...resultMessages(message, warnings));
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

/** Converts tool results to messages. Images follow in a user message, because models accept images only in user messages. */
function resultMessages({ parts }: ToolMessage, warnings: Warning[]): WireMessage[] {
  const images: string[] = [];
  const wire = parts.map((result): WireMessage => {
    const text = textOf(result.content);
    const pictures = result.content.filter((part): part is ImagePart => part.type === 'image');
    images.push(...pictures.map(({ bytes }) => toBase64(bytes)));
    const content = text === '' && pictures.length > 0 ? 'See the images below.' : text;
    return {
      role: 'tool',
      content: result.isError === true ? ERROR_PREFIX + content : content,
      tool_name: result.name,
      tool_call_id: result.callId,
    };
  });
  if (images.length > 0) {
    wire.push({ role: 'user', content: 'Images of the tool results above:', images });
    warnings.push({
      action: 'coerced',
      what: 'images of tool results',
      why: 'tool messages of this API contain text only; the media follow in a user message',
    });
  }
  return wire;
}

const textOf = (content: readonly ResultPiece[]): string =>
  content
    .map((part) => (part.type === 'text' ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n');
