import type {
  LanguageModelV4CustomContent,
  LanguageModelV4File,
  LanguageModelV4Reasoning,
  LanguageModelV4Text,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider';
import type {
  AssistantPart,
  AudioPart,
  ImagePart,
  ToolCallPart,
  VendorCallPart,
  VendorPart,
} from '@majordomo/core';
import { toSdkCitations } from '../citations.ts';
import { withReplay } from './replay.ts';

/** Converts a complete part to content of the AI SDK. */
export function toSdkContent(
  part: AssistantPart,
):
  | LanguageModelV4Text
  | LanguageModelV4Reasoning
  | LanguageModelV4ToolCall
  | LanguageModelV4File
  | LanguageModelV4CustomContent {
  if (part.type === 'image' || part.type === 'audio') return toSdkMedia(part);
  if (part.type === 'tool-call') return toSdkToolCall(part);
  if (part.type === 'vendor' || part.type === 'vendor-call') return toSdkVendorPart(part);
  const { type, text, replay } = part;
  return type === 'text'
    ? { type, text, ...toSdkCitations(part.citations), ...withReplay(replay) }
    : { type, text, ...withReplay(replay) };
}

/** Converts an image or audio that the model generated. */
export const toSdkMedia = ({ mediaType, bytes, replay }: ImagePart | AudioPart): LanguageModelV4File => ({
  type: 'file',
  mediaType,
  data: { type: 'data', data: bytes },
  ...withReplay(replay),
});

/** Converts a vendor part to a custom part, which the AI SDK sends back in later requests. */
export function toSdkVendorPart(part: VendorPart | VendorCallPart): LanguageModelV4CustomContent {
  const { kind, replay } = part;
  const { text } = part.type === 'vendor' ? part : {};
  const call = part.type === 'vendor' ? undefined : { id: part.id, name: part.name, args: part.args };
  return {
    type: 'custom',
    kind: `majordomo.${kind}`,
    providerMetadata: {
      majordomo: {
        kind,
        ...(text !== undefined && { text }),
        ...(call && { call }),
        replay: { ...replay },
      },
    },
  };
}

export const toSdkToolCall = (part: ToolCallPart): LanguageModelV4ToolCall => ({
  type: 'tool-call',
  toolCallId: part.id,
  toolName: part.name,
  input: part.invalid === undefined ? JSON.stringify(part.args) : invalidArguments(part.invalid.raw),
  ...withReplay(part.replay, part.programId),
});

/** Returns invalid arguments as text that does not parse, because the AI SDK runs every call whose arguments parse. */
function invalidArguments(raw: string): string {
  if (raw.trim() === '') return UNFINISHED;
  try {
    JSON.parse(raw);
    return raw + UNFINISHED;
  } catch {
    return raw;
  }
}

const UNFINISHED = ' …unfinished';
