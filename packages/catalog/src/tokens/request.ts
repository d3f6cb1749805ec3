import type { Message, ModelRequest } from '@majordomo/core';
import { imageTokens } from './image.ts';
import { ANY_HIDDEN, HIDDEN } from './profiles.ts';
import { estimateTokens } from './text.ts';

/** An estimate, which never stands where a vendor's count belongs. */
export interface TokenEstimate {
  readonly estimated: true;
  /** As likely too many as too few. */
  readonly tokens: number;
  /** More than 99 of 100 recorded requests came to; tools that run at the vendor are not in it. */
  readonly most: number;
}

/** What of a request goes to the model. */
export type EstimatedRequest = Pick<ModelRequest, 'system' | 'tools' | 'output'> & {
  readonly messages: readonly Message[];
};

/** Whom it goes to: what is added unseen, and how pictures are counted, differs. */
export interface EstimateTarget {
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  /** Counts text, such as a tokenizer does. Default: `estimateTokens`. */
  readonly count?: ((text: string) => number) | undefined;
}

/** About how many tokens of input a request will be. */
export function estimateRequest(request: EstimatedRequest, target: EstimateTarget = {}): TokenEstimate {
  const { vendor = '', count = estimateTokens } = target;
  const { system, messages, tools, output } = request;
  const texts = [
    system ?? '',
    ...tools.map(toolText),
    output?.schema === undefined ? '' : JSON.stringify(output.schema),
  ];
  const sent =
    texts.reduce((sum, text) => sum + count(text), 0) +
    messages.reduce((sum, message) => sum + estimateMessage(message, target), FRAME);
  const hidden = Object.hasOwn(HIDDEN, vendor) ? (HIDDEN[vendor] ?? ANY_HIDDEN) : ANY_HIDDEN;
  const hasTools = tools.length > 0;
  return {
    estimated: true,
    tokens: sent + hidden.plain + (hasTools ? hidden.tools : 0),
    most: Math.ceil(sent * MARGIN) + hidden.mostPlain + (hasTools ? hidden.mostTools : 0),
  };
}

/** What stands between messages, and before the answer. */
const PER_MESSAGE = 4;
const FRAME = 3;
/** An estimate of text is seldom further off. */
const MARGIN = 1.3;

const toolText = ({ name, description, parameters }: ModelRequest['tools'][number]): string =>
  JSON.stringify({ name, description, parameters });

/** About how many tokens one message of a conversation is, with what stands around it. */
export function estimateMessage(
  { parts }: Message,
  { model, count = estimateTokens }: EstimateTarget = {},
): number {
  return parts.reduce((sum, part) => sum + partTokens(part, model, count), PER_MESSAGE);
}

type AnyPart = Message['parts'][number];

function partTokens(part: AnyPart, model: string | undefined, count: (text: string) => number): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return count(part.text);
    case 'image':
      return imageTokens(part.bytes, model);
    case 'file':
      return fileTokens(part);
    case 'audio':
      return Math.ceil(part.bytes.length / BYTES_OF_AUDIO_TOKEN);
    case 'vendor':
      return count(part.text ?? '') + count(JSON.stringify(part.replay.data));
    case 'tool-call':
      return count(part.name) + count(JSON.stringify(part.args)) + PER_MESSAGE;
    case 'tool-result':
      return part.content.reduce((sum, piece) => sum + partTokens(piece, model, count), PER_MESSAGE);
  }
}

/** 32 tokens a second, as Gemini counts them, of 16,000 bytes, as MP3 has them at 128 kbit/s. */
const BYTES_OF_AUDIO_TOKEN = 500;

/** A page is read and looked at. */
const PAGE_TOKENS = 2500;
const BYTES_OF_PAGE = 60_000;

function fileTokens({
  mediaType,
  bytes,
}: {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}): number {
  if (!/pdf/.test(mediaType)) return Math.ceil(bytes.length / 3);
  return PAGE_TOKENS * Math.max(1, Math.ceil(bytes.length / BYTES_OF_PAGE));
}
