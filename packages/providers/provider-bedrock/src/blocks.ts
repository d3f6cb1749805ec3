import type {
  ContentBlock,
  ConverseStreamRequest,
  ToolResultContentBlock,
} from '@aws-sdk/client-bedrock-runtime';
import { isRecord } from '@majordomo/core/toolkit';
import { sanitizeToolName } from '@majordomo/wire-kit';
import type {
  AssistantPart,
  FilePart,
  JsonObject,
  ResultPiece,
  ResultPart,
  UserTurnPart,
} from '@majordomo/core';
import { storedBlock } from './vendor-parts.ts';
import { audioBlock, documentBlock, fileBlock, imageBlock, VIDEO_FORMATS } from './media.ts';
import type { Quirks } from './quirks.ts';

/** Maps a call id of the transcript to an id that the API accepts. */
export type CallIds = (id: string) => string;

/** JSON value in the SDK's types. */
export type WireJson = NonNullable<ConverseStreamRequest['additionalModelRequestFields']>;

/**
 * Replay data of a part. Claude's signatures and redacted thinking are strings in the form of Anthropic's API, which is the same
 * on all platforms. `block` is a content block of a tool that ran at the vendor.
 */
export type ReplayData =
  | { readonly signature: string }
  | { readonly redacted: string }
  | { readonly block: JsonObject };

/** Maximum number of characters of a tool name (`ToolUseBlock` in the API reference, 2026-11). */
const MAX_NAME_LENGTH = 64;

/** Converts a part of a user message. `name` returns a document's name. Returns `undefined` for a part with blank text. */
export function userBlock(part: UserTurnPart, name: (file: FilePart) => string): ContentBlock | undefined {
  switch (part.type) {
    case 'text':
      return textBlock(part.text);
    case 'image':
      return imageBlock(part);
    case 'file':
      // A video has no name, and `name` would reserve one.
      return fileBlock(part, part.mediaType in VIDEO_FORMATS ? '' : name(part));
    case 'audio':
      return audioBlock(part);
    default:
      return part satisfies never;
  }
}

/**
 * Converts a part of an assistant message. Returns `undefined` for parts that the API rejects: blank text parts, and reasoning
 * and vendor parts without replay data of `family`.
 */
export function assistantBlock(part: AssistantPart, ids: CallIds, family: string): ContentBlock | undefined {
  switch (part.type) {
    case 'text':
      return textBlock(part.text);
    case 'reasoning':
      return reasoningBlock(part.text, tokenOf(part, family));
    case 'tool-call':
    case 'vendor-call': {
      const name = sanitizeToolName(part.name, MAX_NAME_LENGTH);
      return { toolUse: { toolUseId: ids(part.id), name, input: part.args as WireJson } };
    }
    case 'vendor': {
      const data = tokenOf(part, family);
      return data !== undefined && 'block' in data ? storedBlock(data.block) : undefined;
    }
    case 'image':
    case 'audio':
      // No recorded traffic shows that a turn of the model may contain media.
      return undefined;
    default:
      return part satisfies never;
  }
}

/**
 * Converts a tool result. Images that the model rejects in tool results are returned separately. The caller sends them after the
 * tool results. `name` returns the name of a document.
 */
export function resultBlocks(
  { callId, content, isError }: ResultPart,
  ids: CallIds,
  { toolStatus, toolImages }: Quirks,
  name: (file: FilePart) => string,
): { readonly result: ContentBlock; readonly loose: readonly ContentBlock[] } {
  const pieces: ToolResultContentBlock[] = [];
  const loose: ContentBlock[] = [];
  if (isError === true && !toolStatus) pieces.push({ text: 'ERROR: ' });
  for (const piece of content) {
    const block = resultBlock(piece, name);
    if (block === undefined) continue;
    if (block.image !== undefined && !toolImages) loose.push(block);
    else pieces.push(block);
  }
  if (pieces.length === 0) pieces.push({ text: isError === true ? 'error' : '(no output)' });
  const status = toolStatus
    ? { status: isError === true ? ('error' as const) : ('success' as const) }
    : undefined;
  return { result: { toolResult: { toolUseId: ids(callId), content: pieces, ...status } }, loose };
}

function resultBlock(
  piece: ResultPiece,
  name: (file: FilePart) => string,
): ContentBlock.TextMember | ContentBlock.ImageMember | ReturnType<typeof documentBlock> | undefined {
  if (piece.type === 'text') return textBlock(piece.text);
  return piece.type === 'image' ? imageBlock(piece) : documentBlock(piece, name(piece));
}

export const isResult = ({ toolResult }: ContentBlock): boolean => toolResult !== undefined;
export const isThinking = ({ reasoningContent }: ContentBlock): boolean => reasoningContent !== undefined;

const tokenOf = ({ replay }: AssistantPart, family: string): ReplayData | undefined => {
  const data = replay?.family === family ? replay.data : undefined;
  return isRecord(data) ? (data as ReplayData) : undefined;
};

function reasoningBlock(text: string, data: ReplayData | undefined): ContentBlock | undefined {
  if (data === undefined) return undefined;
  if ('signature' in data)
    return { reasoningContent: { reasoningText: { text, signature: data.signature } } };
  if ('redacted' in data)
    return { reasoningContent: { redactedContent: new TextEncoder().encode(data.redacted) } };
  return undefined;
}

const textBlock = (text: string): ContentBlock.TextMember | undefined =>
  text.trim() === '' ? undefined : { text };
