import type { FilePart, Message, ModelRequest } from '@majordomo/core';
import { contentOf, contentSize } from '@majordomo/core/toolkit';
import { maxRequestTokens } from './bound.ts';
import { imageTokens } from './image.ts';
import { pdfPages } from './pdf-pages.ts';
import { hiddenTokens } from './profiles.ts';
import { toolTokens } from './tools.ts';
import { estimateTokens } from './text.ts';

/** Estimated number of input tokens. An estimate is never reported as a vendor's count. */
export interface TokenEstimate {
  readonly estimated: true;
  /** Best estimate of the number of tokens. */
  readonly tokens: number;
  /**
   * Upper bound: one token per byte of text, and the vendors' rules for images and PDF pages. Input of tools that run at the
   * vendor is not included.
   */
  readonly max: number;
}

/** Parts of a request that the model processes. */
export type EstimatedRequest = Pick<ModelRequest, 'system' | 'output'> & {
  readonly tools?: ModelRequest['tools'] | undefined;
  readonly messages: readonly Message[];
};

/** Target of the request, which determines hidden tokens and the rule for images. */
export interface EstimateTarget {
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  /** Function that counts the tokens of a text for `TokenEstimate.tokens`, such as a tokenizer. `@default estimateTokens` */
  readonly count?: ((text: string) => number) | undefined;
  /** Function that returns the number of pages of a PDF; `undefined` if it is unknown. */
  readonly pages?: ((pdf: FilePart) => number | undefined) | undefined;
  /** Maximum number of PDF pages that the model accepts. Assumed for a PDF whose pages cannot be counted. */
  readonly maxPages?: number | undefined;
}

/** Returns an estimate and an upper bound of the input tokens of a request. */
export function estimateRequest(request: EstimatedRequest, target: EstimateTarget = {}): TokenEstimate {
  const { vendor = '', model, count = estimateTokens } = target;
  const { system, messages, tools = [], output } = request;
  const hidden = hiddenTokens(vendor, model);
  const schema = output?.schema === undefined ? 0 : count(JSON.stringify(output.schema)) + hidden.schema;
  return {
    estimated: true,
    tokens:
      count(system ?? '') +
      toolTokens(tools, vendor, count) +
      (hidden.readsSchema ? schema : 0) +
      messages.reduce((sum, message) => sum + estimateMessage(message, target), FRAME) +
      hidden.plain +
      (tools.length > 0 ? hidden.tools : 0),
    max: maxRequestTokens(request, target),
  };
}

/** Tokens that vendors add to each message (`PER_MESSAGE`) and to each request (`FRAME`). */
const PER_MESSAGE = 4;
const FRAME = 3;

/** Estimates the tokens of one message, including the tokens that vendors add to each message. */
export function estimateMessage({ parts }: Message, target: EstimateTarget = {}): number {
  return parts.reduce((sum, part) => sum + partTokens(part, target), PER_MESSAGE);
}

type AnyPart = Message['parts'][number];

function partTokens(part: AnyPart, target: EstimateTarget): number {
  const { model, count = estimateTokens } = target;
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return count(part.text);
    case 'image':
      return imageTokens(part.bytes, model);
    case 'file':
      return fileTokens(part, target);
    case 'audio':
      return Math.ceil(contentSize(part) / BYTES_OF_AUDIO_TOKEN);
    case 'blob':
      return partTokens(contentOf(part), target);
    case 'vendor':
      return count(part.text ?? '') + count(JSON.stringify(part.replay.data));
    case 'tool-call':
    case 'vendor-call':
      return count(part.name) + count(JSON.stringify(part.args)) + PER_MESSAGE;
    case 'tool-result':
    case 'vendor-result':
      return part.content.reduce((sum, piece) => sum + partTokens(piece, target), PER_MESSAGE);
  }
}

/** Bytes of audio per token: 16,000 bytes per second (MP3 at 128 kbit/s) and 32 tokens per second (Gemini). */
const BYTES_OF_AUDIO_TOKEN = 500;

/** Estimated tokens of a PDF page: its text and its image. */
const PAGE_TOKENS = 2500;
const BYTES_OF_PAGE = 60_000;

function fileTokens(file: FilePart, { pages }: EstimateTarget): number {
  const { mediaType, bytes } = file;
  const size = contentSize(file);
  // Any other file is estimated as text with three bytes per token.
  if (!mediaType.includes('pdf')) return Math.ceil(size / 3);
  const count = pages?.(file) ?? pdfPages(bytes) ?? Math.ceil(size / BYTES_OF_PAGE);
  return PAGE_TOKENS * Math.max(1, count);
}
