import type {
  ContentBlockParam,
  DocumentBlockParam,
  ImageBlockParam,
  TextBlockParam,
  ThinkingBlockParam,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { LlmError } from '@majordomo/core';
import type {
  AssistantPart,
  FilePart,
  ImagePart,
  ReasoningPart,
  TextPart,
  ToolResultPart,
  UserPart,
} from '@majordomo/core';
import { asList, asRecord, toBase64 } from '@majordomo/core/toolkit';
import { sanitizeToolName } from '@majordomo/wire-kit';
import { callerIn, keptBlock } from './vendor-parts.ts';

/** From the transcript's call ids to ids that the wire accepts. */
export type CallIds = (id: string) => string;

/** Characters of a tool's name (platform.claude.com, tool use, 2026-11). */
const LONGEST_NAME = 128;

/**
 * A user's part; text without a visible character is refused by the wire ("must contain non-whitespace
 * text").
 */
export function userBlock(part: UserPart): ContentBlockParam | undefined {
  switch (part.type) {
    case 'text':
      return textBlock(part.text);
    case 'image':
      return imageBlock(part);
    case 'file':
      return documentBlock(part);
    case 'audio':
      throw new LlmError('unsupported', `audio of type "${part.mediaType}": this wire takes none`);
    default:
      return part satisfies never;
  }
}

/**
 * An assistant's part; `undefined` for what the wire would refuse: empty text, thinking without its
 * signature.
 */
export function assistantBlock(
  part: AssistantPart,
  ids: CallIds,
  family: string,
): ContentBlockParam | undefined {
  switch (part.type) {
    case 'text':
      return citing(part, family);
    case 'reasoning':
      return thinkingBlock(part, family);
    case 'tool-call':
      return {
        type: 'tool_use',
        id: ids(part.id),
        name: sanitizeToolName(part.name, LONGEST_NAME),
        input: part.args,
        ...callerIn(part, family),
      };
    case 'vendor':
      // As the vendor sent it; the SDK's types know the blocks of today.
      return keptBlock(part.replay, family) as ContentBlockParam | undefined;
    default:
      return part satisfies never;
  }
}

/**
 * A result and, behind it, the images that it may not hold: the wire takes text alone when `is_error` is true
 * ("all content must be type text"), and then it wants some text ("content cannot be empty").
 */
export function resultBlocks(
  part: ToolResultPart,
  ids: CallIds,
): { readonly result: ToolResultBlockParam; readonly loose: readonly ContentBlockParam[] } {
  const isError = part.isError === true;
  const content: (TextBlockParam | ImageBlockParam)[] = [];
  const loose: ContentBlockParam[] = [];
  for (const piece of part.content) {
    const block = piece.type === 'text' ? textBlock(piece.text) : imageBlock(piece);
    if (block === undefined) continue;
    if (isError && block.type === 'image') loose.push(block);
    else content.push(block);
  }
  if (isError && content.length === 0) content.push({ type: 'text', text: 'error' });
  const result: ToolResultBlockParam = { type: 'tool_result', tool_use_id: ids(part.callId) };
  if (content.length > 0) result.content = content;
  if (isError) result.is_error = true;
  return { result, loose };
}

/** Thinking goes back with its signature, redacted thinking as its data: `replay.data` of the reader. */
function thinkingBlock({ text, replay }: ReasoningPart, family: string): ContentBlockParam | undefined {
  const data = replay?.family === family ? replay.data : undefined;
  const { signature, redacted, unsigned } = asRecord(data);
  // The SDK's types know the vendor's own server only, which signs.
  if (unsigned === true) return { type: 'thinking', thinking: text } as ThinkingBlockParam;
  if (typeof signature === 'string') return { type: 'thinking', thinking: text, signature };
  return typeof redacted === 'string' ? { type: 'redacted_thinking', data: redacted } : undefined;
}

export const isResult = ({ type }: ContentBlockParam): boolean => type === 'tool_result';

export const isThinking = ({ type }: ContentBlockParam): boolean =>
  type === 'thinking' || type === 'redacted_thinking';

/** With what it cites of pages that the vendor searched. */
function citing({ text, replay }: TextPart, family: string): TextBlockParam | undefined {
  const block = textBlock(text);
  const cited = asList(asRecord(replay?.family === family ? replay.data : undefined)['cited']);
  if (block === undefined || cited.length === 0) return block;
  // As the vendor sent them.
  return { ...block, citations: cited as NonNullable<TextBlockParam['citations']> };
}

const textBlock = (text: string): TextBlockParam | undefined =>
  text.trim() === '' ? undefined : { type: 'text', text };

function imageBlock({ mediaType, bytes }: ImagePart): ImageBlockParam {
  switch (mediaType) {
    case 'image/jpeg':
    case 'image/png':
    case 'image/gif':
    case 'image/webp':
      return { type: 'image', source: { type: 'base64', media_type: mediaType, data: toBase64(bytes) } };
    default:
      throw new LlmError(
        'unsupported',
        `an image of type "${mediaType}": this wire takes jpeg, png, gif and webp`,
      );
  }
}

function documentBlock({ mediaType, bytes, name }: FilePart): DocumentBlockParam {
  const title = name === undefined ? undefined : { title: name };
  if (mediaType === 'application/pdf') {
    const source = { type: 'base64', media_type: mediaType, data: toBase64(bytes) } as const;
    return { type: 'document', source, ...title };
  }
  if (mediaType.startsWith('text/')) {
    const source = { type: 'text', media_type: 'text/plain', data: new TextDecoder().decode(bytes) } as const;
    return { type: 'document', source, ...title };
  }
  throw new LlmError('unsupported', `a file of type "${mediaType}": this wire takes PDF and plain text`);
}
