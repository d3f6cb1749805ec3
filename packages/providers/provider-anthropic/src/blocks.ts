import type {
  Base64ImageSource,
  BrowserStateBlockParam,
  ContentBlockParam,
  ImageBlockParam,
  TextBlockParam,
  ThinkingBlockParam,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { LlmError } from '@majordomo/core';
import type {
  AssistantPart,
  ImagePart,
  ReasoningPart,
  ResultPiece,
  TextPart,
  ResultPart,
  UserTurnPart,
} from '@majordomo/core';
import { asList, asRecord, toBase64 } from '@majordomo/core/toolkit';
import { sanitizeToolName } from '@majordomo/wire-kit';
import { sentMembers } from '@majordomo/wire-kit/internal';
import { referencesOf, type DeferredNames } from './deferred-tools.ts';
import { documentBlock } from './documents.ts';
import { SENT_MEMBERS } from './kept-members.ts';
import { browserState, toolsetBlock } from './toolsets.ts';
import { replayedCaller, vendorBlock } from './vendor-parts.ts';

type ResultBlock = TextBlockParam | ImageBlockParam | ReturnType<typeof documentBlock>;

/** Maps a call id of the transcript to an id that the API accepts. */
export type CallIds = (id: string) => string;

/** Maximum number of characters of a tool name (platform.claude.com, tool use, 2026-11). */
const MAX_NAME_LENGTH = 128;

/** Converts a part of a user message. Returns `undefined` for blank text, because the API requires "non-whitespace text". */
export function userBlock(part: UserTurnPart): ContentBlockParam | undefined {
  switch (part.type) {
    case 'text':
      return textBlock(part.text);
    case 'image':
      return imageBlock(part);
    case 'file':
      return documentBlock(part);
    case 'audio':
      throw new LlmError(
        'unsupported',
        `this API does not accept audio of type "${part.mediaType}"; transcribe the audio, or use another model`,
      );
    default:
      return part satisfies never;
  }
}

/**
 * Converts a part of an assistant message. Returns `undefined` for blank text, which the API rejects, and for reasoning and
 * vendor parts that this server cannot read.
 */
export function assistantBlock(
  part: AssistantPart,
  ids: CallIds,
  family: string,
): ContentBlockParam | undefined {
  switch (part.type) {
    case 'text':
      return citedTextBlock(part, family);
    case 'reasoning':
      return thinkingBlock(part, family);
    case 'vendor-call':
      return toolsetBlock(part, ids(part.id), family);
    case 'tool-call':
      return {
        type: 'tool_use',
        id: ids(part.id),
        name: sanitizeToolName(part.name, MAX_NAME_LENGTH),
        input: part.args,
        ...replayedCaller(part, family),
        ...sentMembers(part.replay?.family === family ? part.replay.data : undefined, SENT_MEMBERS),
      };
    case 'vendor':
      // The vendor block is returned as the vendor sent it, so its type may be newer than the SDK's types.
      return vendorBlock(part.replay, family) as ContentBlockParam | undefined;
    case 'image':
    case 'audio':
      // A turn of the model cannot contain media, and core removes media of other models.
      return undefined;
    default:
      return part satisfies never;
  }
}

/**
 * Converts a tool result. A block with `is_error` must contain only text ("all content must be type text") and must not be empty
 * ("content cannot be empty"). Images and documents of a failed result are returned in `loose`, to be sent after the tool result.
 * References to the loaded tools replace the content of a result that loads tools.
 */
export function resultBlocks(
  part: ResultPart,
  ids: CallIds,
  deferred: DeferredNames,
): { readonly result: ToolResultBlockParam; readonly loose: readonly ContentBlockParam[] } {
  const references = part.type === 'tool-result' ? referencesOf(part, deferred) : [];
  const id = ids(part.callId);
  if (references.length > 0)
    return { result: { type: 'tool_result', tool_use_id: id, content: references }, loose: [] };
  const isError = part.isError === true;
  const content: (ResultBlock | BrowserStateBlockParam)[] = [];
  const loose: ContentBlockParam[] = [];
  for (const piece of part.content) {
    const block = resultBlock(piece);
    if (block === undefined) continue;
    if (isError && block.type !== 'text') loose.push(block);
    else content.push(block);
  }
  if (part.type === 'vendor-result') content.push(...browserState(part));
  if (isError && content.length === 0) content.push({ type: 'text', text: 'error' });
  const result: ToolResultBlockParam = { type: 'tool_result', tool_use_id: id };
  if (content.length > 0) result.content = content;
  if (isError) result.is_error = true;
  return { result, loose };
}

function resultBlock(piece: ResultPiece): ResultBlock | undefined {
  if (piece.type === 'text') return textBlock(piece.text);
  return piece.type === 'image' ? imageBlock(piece) : documentBlock(piece);
}

/** Converts reasoning. `replay.data` contains its signature, the data of redacted thinking, or `unsigned`. */
function thinkingBlock({ text, replay }: ReasoningPart, family: string): ContentBlockParam | undefined {
  const data = replay?.family === family ? replay.data : undefined;
  const { signature, redacted, unsigned } = asRecord(data);
  // The cast is needed because the SDK's types require a signature. Servers of other vendors do not sign thinking.
  if (unsigned === true) return { type: 'thinking', thinking: text } as ThinkingBlockParam;
  if (typeof signature === 'string') return { type: 'thinking', thinking: text, signature };
  return typeof redacted === 'string' ? { type: 'redacted_thinking', data: redacted } : undefined;
}

export const isResult = ({ type }: ContentBlockParam): boolean => type === 'tool_result';

export const isThinking = ({ type }: ContentBlockParam): boolean =>
  type === 'thinking' || type === 'redacted_thinking';

function citedTextBlock({ text, replay }: TextPart, family: string): TextBlockParam | undefined {
  const block = textBlock(text);
  const citations = asList(asRecord(replay?.family === family ? replay.data : undefined)['cited']);
  if (block === undefined || citations.length === 0) return block;
  // The cast is safe because the vendor sent these citations.
  return { ...block, citations: citations as NonNullable<TextBlockParam['citations']> };
}

const textBlock = (text: string): TextBlockParam | undefined =>
  text.trim() === '' ? undefined : { type: 'text', text };

function imageBlock({ mediaType, bytes, file }: ImagePart): ImageBlockParam {
  if (!isImageType(mediaType))
    throw new LlmError(
      'unsupported',
      `this API does not accept images of type "${mediaType}"; use JPEG, PNG, GIF or WebP`,
    );
  // `source` has a type for files since 1.13 of the SDK.
  if (file !== undefined)
    return { type: 'image', source: { type: 'file', file_id: file.id } } as unknown as ImageBlockParam;
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: toBase64(bytes) } };
}

const isImageType = (type: string): type is Base64ImageSource['media_type'] =>
  /^image\/(?:jpeg|png|gif|webp)$/.test(type);
