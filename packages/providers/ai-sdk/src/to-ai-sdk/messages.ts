import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
  SharedV4FileData,
} from '@ai-sdk/provider';
import {
  LlmError,
  type AssistantPart,
  type AudioPart,
  type FilePart,
  type ImagePart,
  type JsonObject,
  type Message,
  type ResultPiece,
  type TextPart,
  type ToolResultPart,
  type UserPart,
} from '@majordomo/core';
import { fromBase64, isRecord, sniffMediaType } from '@majordomo/core/toolkit';
import { programIn, vendorPartIn, replayIn } from './replay.ts';
import type { Unsupported } from './unsupported.ts';

type SdkMessage<Role> = Extract<LanguageModelV4Message, { readonly role: Role }>;

/** Converts a message of the AI SDK. Returns an empty list if all parts of the message are dropped. */
export function fromSdkMessage(message: LanguageModelV4Message, unsupported: Unsupported): Message[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', parts: [{ type: 'text', text: message.content }] }];
    case 'user':
      return nonEmpty({
        role: 'user',
        parts: message.content.flatMap((part) => userPart(part, unsupported)),
      });
    case 'assistant':
      return nonEmpty({
        role: 'assistant',
        parts: message.content.flatMap((part) => assistantPart(part, unsupported)),
      });
    case 'tool':
      return nonEmpty({
        role: 'tool',
        parts: message.content.flatMap((part) => resultPart(part, unsupported)),
      });
  }
}

const nonEmpty = (message: Message): Message[] => (message.parts.length === 0 ? [] : [message]);
const text = (value: string): TextPart => ({ type: 'text', text: value });

const userPart = (part: SdkMessage<'user'>['content'][number], unsupported: Unsupported): UserPart[] =>
  part.type === 'text' ? [text(part.text)] : fromSdkFile(part, unsupported);

function assistantPart(
  part: SdkMessage<'assistant'>['content'][number],
  unsupported: Unsupported,
): AssistantPart[] {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return [{ type: part.type, text: part.text, ...replayIn(part.providerOptions) }];
    case 'tool-call': {
      if (part.providerExecuted === true) break;
      const { toolCallId: id, toolName: name, input } = part;
      const args = isRecord(input) ? (input as JsonObject) : {};
      const { providerOptions } = part;
      return [
        { type: 'tool-call', id, name, args, ...programIn(providerOptions), ...replayIn(providerOptions) },
      ];
    }
    case 'custom': {
      const vendorPart = vendorPartIn(part.providerOptions);
      if (vendorPart === undefined) break;
      return [vendorPart];
    }
    case 'file':
    case 'reasoning-file':
    case 'tool-result':
      break;
  }
  unsupported(
    `${part.type} of the assistant`,
    'only text, reasoning and calls of client tools are sent back',
  );
  return [];
}

function resultPart(part: SdkMessage<'tool'>['content'][number], unsupported: Unsupported): ToolResultPart[] {
  if (part.type === 'tool-result') return [fromSdkResult(part, unsupported)];
  unsupported(part.type, 'a chain has no tools that run at the vendor');
  return [];
}

const fromSdkResult = (
  { toolCallId, toolName, output }: LanguageModelV4ToolResultPart,
  unsupported: Unsupported,
): ToolResultPart => ({
  type: 'tool-result',
  callId: toolCallId,
  name: toolName,
  content: resultContent(output, unsupported),
  ...(FAILED.has(output.type) ? { isError: true } : {}),
});

const FAILED: ReadonlySet<LanguageModelV4ToolResultOutput['type']> = new Set([
  'error-text',
  'error-json',
  'execution-denied',
]);

function resultContent(output: LanguageModelV4ToolResultOutput, unsupported: Unsupported): ResultPiece[] {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return [text(output.value)];
    case 'json':
    case 'error-json':
      return [text(JSON.stringify(output.value))];
    case 'execution-denied':
      return [text(`The call was not allowed${output.reason === undefined ? '.' : `: ${output.reason}`}`)];
    case 'content':
      return output.value.flatMap((part): ResultPiece[] => {
        if (part.type === 'text') return [text(part.text)];
        const [file] = part.type === 'file' ? fromSdkFile(part, unsupported) : [];
        if (file?.type === 'image' || file?.type === 'file') return [file];
        unsupported(`${part.type} in a tool's result`, 'a result can contain text, images and documents');
        return [];
      });
  }
}

/** Converts a file of the AI SDK. A media type such as `image` or `image/*` is replaced by the type of the file's bytes. */
function fromSdkFile(
  { data, mediaType, filename }: Omit<LanguageModelV4FilePart, 'type'>,
  unsupported: Unsupported,
): (ImagePart | FilePart | AudioPart)[] {
  const bytes = bytesOf(data);
  if (bytes === undefined) {
    unsupported(`file by ${data.type}`, 'files are sent as bytes');
    return [];
  }
  const exact = /^\w+\/[^*]+$/.test(mediaType) ? mediaType : (sniffMediaType(bytes) ?? mediaType);
  if (exact.startsWith('audio/')) return [{ type: 'audio', mediaType: exact, bytes }];
  return exact.startsWith('image')
    ? [{ type: 'image', mediaType: exact, bytes }]
    : [{ type: 'file', mediaType: exact, bytes, ...(filename === undefined ? {} : { name: filename }) }];
}

function bytesOf(data: SharedV4FileData): Uint8Array | undefined {
  if (data.type === 'text') return new TextEncoder().encode(data.text);
  if (data.type !== 'data') return undefined;
  if (typeof data.data !== 'string') return data.data;
  try {
    return fromBase64(data.data);
  } catch (cause) {
    throw new LlmError('invalid-request', 'the data of a file must be base64', { path: 'prompt' }, { cause });
  }
}
