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
  ToolResultPart,
  TurnMessage,
} from '@majordomo/core';
import { sanitizeToolName, toolIdMapper, type ToolIdRule } from '@majordomo/wire-kit';

/** What every vendor of theirs takes: their packages send ids and names as they are. */
const ID_RULE: ToolIdRule = { maxLength: 40, pattern: /^[a-zA-Z0-9_-]+$/ };
const LONGEST_NAME = 64;

/** What goes back is named for the vendor. */
interface Names {
  readonly family: string;
  readonly idOf: (id: string) => string;
}

/** The conversation as their models take it; tokens of this family go back as the options of their part. */
export function theirPrompt({ system, messages }: ModelRequest, family: string): LanguageModelV4Prompt {
  const names: Names = { family, idOf: toolIdMapper(messages, ID_RULE) };
  const turns = messages.map((message) => theirMessage(message, names));
  return system === undefined ? turns : [{ role: 'system', content: system }, ...turns];
}

function theirMessage(message: TurnMessage, names: Names): LanguageModelV4Message {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: message.parts.map((part) =>
          part.type === 'text' ? { type: 'text', text: part.text } : theirFile(part),
        ),
      };
    case 'assistant':
      return { role: 'assistant', content: message.parts.flatMap((part) => theirPart(part, names)) };
    case 'tool':
      return {
        role: 'tool',
        content: message.parts.map((part) => ({
          type: 'tool-result',
          toolCallId: names.idOf(part.callId),
          toolName: sanitizeToolName(part.name, LONGEST_NAME),
          output: theirOutput(part),
        })),
      };
  }
}

const theirFile = (part: ImagePart | FilePart | AudioPart): LanguageModelV4FilePart => ({
  type: 'file',
  mediaType: part.mediaType,
  data: { type: 'data', data: part.bytes },
  ...(part.type === 'file' && part.name !== undefined ? { filename: part.name } : {}),
});

function theirPart(
  part: AssistantPart,
  { family, idOf }: Names,
): readonly (LanguageModelV4TextPart | LanguageModelV4ReasoningPart | LanguageModelV4ToolCallPart)[] {
  // Their models make none that we could have kept.
  if (part.type === 'vendor') return [];
  const token = optionsOf(part.replay, family);
  if (part.type !== 'tool-call') return [{ type: part.type, text: part.text, ...token }];
  const { id, name, args: input } = part;
  return [
    {
      type: 'tool-call',
      toolCallId: idOf(id),
      toolName: sanitizeToolName(name, LONGEST_NAME),
      input,
      ...token,
    },
  ];
}

/** What `PartReader` made the token of. */
const optionsOf = (
  replay: Replay | undefined,
  family: string,
): { readonly providerOptions?: SharedV4ProviderOptions } =>
  replay?.family === family ? { providerOptions: replay.data as SharedV4ProviderOptions } : {};

/** An error is a text there: one with pictures loses the mark of an error, and not the pictures. */
function theirOutput({ content, isError }: ToolResultPart): LanguageModelV4ToolResultOutput {
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
