import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultOutput,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type {
  AssistantPart,
  AudioPart,
  FilePart,
  ImagePart,
  ModelRequest,
  Replay,
  ResultPart,
  ToolResultPart,
  TurnMessage,
} from '@majordomo/core';
import { sanitizeToolName, toolIdMapper, type ToolIdRule } from '@majordomo/wire-kit';

/** Rule for ids that every vendor accepts, because the AI SDK sends ids and names unchanged. */
const ID_RULE: ToolIdRule = { maxLength: 40, pattern: /^[a-zA-Z0-9_-]+$/ };
const MAX_NAME_LENGTH = 64;

/** Family of the replay tokens, and function that maps call ids. */
interface Names {
  readonly family: string;
  readonly idOf: (id: string) => string;
}

/** Converts a conversation to a prompt. A replay token of `family` becomes the provider options of its part. */
export function toSdkPrompt({ system, messages }: ModelRequest, family: string): LanguageModelV4Prompt {
  const names: Names = { family, idOf: toolIdMapper(messages, ID_RULE) };
  const turns = messages.map((message) => toSdkMessage(message, names));
  return system === undefined ? turns : [{ role: 'system', content: system }, ...turns];
}

function toSdkMessage(message: TurnMessage, names: Names): LanguageModelV4Message {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: message.parts.map((part) =>
          part.type === 'text' ? { type: 'text', text: part.text } : toSdkFile(part),
        ),
      };
    case 'assistant':
      return { role: 'assistant', content: message.parts.flatMap((part) => toSdkParts(part, names)) };
    case 'tool':
      return {
        role: 'tool',
        content: message.parts.filter(isToolResult).map((part) => ({
          type: 'tool-result',
          toolCallId: names.idOf(part.callId),
          toolName: sanitizeToolName(part.name, MAX_NAME_LENGTH),
          output: toSdkOutput(part),
        })),
      };
  }
}

/** Whether a result answers a tool call. Core sends calls that wait for the client, and their results, as text. */
const isToolResult = (part: ResultPart): part is ToolResultPart => part.type === 'tool-result';

const toSdkFile = (part: ImagePart | FilePart | AudioPart): LanguageModelV4FilePart => ({
  type: 'file',
  mediaType: part.mediaType,
  data: { type: 'data', data: part.bytes },
  ...(part.type === 'file' && part.name !== undefined ? { filename: part.name } : {}),
});

function toSdkParts(
  part: AssistantPart,
  { family, idOf }: Names,
): readonly (LanguageModelV4TextPart | LanguageModelV4ReasoningPart | LanguageModelV4ToolCallPart)[] {
  // Models of the AI SDK return none of these parts. Core removes generated media, and sends calls of other providers as text.
  if (part.type === 'vendor' || part.type === 'vendor-call') return [];
  if (part.type === 'image' || part.type === 'audio') return [];
  const token = optionsOf(part.replay, family);
  if (part.type !== 'tool-call') return [{ type: part.type, text: part.text, ...token }];
  const { id, name, args: input } = part;
  return [
    {
      type: 'tool-call',
      toolCallId: idOf(id),
      toolName: sanitizeToolName(name, MAX_NAME_LENGTH),
      input,
      ...token,
    },
  ];
}

/** Returns the provider options from a token that `PartReader` created. */
const optionsOf = (
  replay: Replay | undefined,
  family: string,
): { readonly providerOptions?: SharedV4ProviderOptions } =>
  replay?.family === family ? { providerOptions: replay.data as SharedV4ProviderOptions } : {};

/** Converts a tool result. A failed result with images is not marked as failed, because error results contain only text. */
function toSdkOutput({ content, isError }: ToolResultPart): LanguageModelV4ToolResultOutput {
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === content.length) {
    return { type: isError === true ? 'error-text' : 'text', value: texts.join('\n') };
  }
  return {
    type: 'content',
    value: content.map((part) =>
      part.type === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'file', mediaType: part.mediaType, data: { type: 'data', data: part.bytes } },
    ),
  };
}
