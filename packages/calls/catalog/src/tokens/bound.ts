import type { FilePart, Message, ModelRequest } from '@majordomo/core';
import { contentOf, contentSize } from '@majordomo/core/toolkit';
import { imageTokens } from './image.ts';
import { imageSize } from './image-size.ts';
import { pdfPages } from './pdf-pages.ts';
import { hasImageRule, hiddenTokens, tokensOfPdfPage } from './profiles.ts';

/** Parts of a request that the model processes. */
export type BoundedRequest = Pick<ModelRequest, 'system' | 'output'> & {
  readonly tools?: ModelRequest['tools'] | undefined;
  readonly messages: readonly Message[];
  readonly extra?: ModelRequest['extra'] | undefined;
};

/** Target of a request, which determines the rules for images and pages. */
export interface BoundTarget {
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  /** Function that returns the number of pages of a PDF; `undefined` if it is unknown. */
  readonly pages?: ((pdf: FilePart) => number | undefined) | undefined;
  /** Maximum number of PDF pages that the model accepts. Assumed for a PDF whose pages cannot be counted. */
  readonly maxPages?: number | undefined;
}

/** Maximum number of tokens that vendors add to a request. */
const PER_REQUEST = 300;
const PER_MESSAGE = 8;
const PER_PART = 8;
/** Maximum number of tokens of instructions that a vendor adds to a request with tools. Measured: 1,528 (Anthropic, 2026-11-20). */
const PER_TOOLS = 1600;
/** Minimum of the upper bound for an image, regardless of the vendor's rule, and addition to the bound of audio. */
const PER_MEDIUM = 5000;
/** Maximum number of tokens of an image for models without a known rule (Qwen). */
const LARGEST_IMAGE = 16_384;
const PIXELS_PER_TOKEN = 750;
/** Bytes of audio per token. Gemini counts 32 tokens per second, which exceeds this bound only below one kilobit per second. */
const AUDIO_BYTES_PER_TOKEN = 4;
/** Maximum number of tokens per byte of a file that is neither text nor a PDF. Office documents are compressed text. */
const TOKENS_PER_FILE_BYTE = 10;
/**
 * Maximum number of pages per compressed byte. A byte expands to at most 1,032 bytes, and a page needs 6 bytes in the page tree
 * (`3 0 R `).
 */
const COMPRESSED_PAGES_PER_BYTE = 172;

/**
 * Returns an upper bound for the input tokens of a request. Assumes one token per byte of text in UTF-8, because each token of
 * byte-level and byte-fallback tokenizers has at least one byte. Applies the vendors' rules to images and PDF pages. Input of
 * tools that run at the vendor is not included.
 */
export function maxRequestTokens(request: BoundedRequest, target: BoundTarget = {}): number {
  const { system = '', messages, tools = [], output, extra } = request;
  const hidden = hiddenTokens(target.vendor ?? '');
  const ofMessages = messages.reduce(
    (sum, { parts }) => sum + PER_MESSAGE + sumOf<AnyPart>(parts, (part) => maxPartTokens(part, target)),
    0,
  );
  return Math.ceil(
    Math.max(PER_REQUEST, hidden.maxPlain) +
      (tools.length > 0 ? Math.max(PER_TOOLS, hidden.maxTools) : 0) +
      utf8Length(system) +
      jsonLength(tools) +
      jsonLength(output?.schema) +
      jsonLength(extra) +
      ofMessages,
  );
}

type AnyPart = Message['parts'][number];

/** Returns the length of the texts that describe a document. Some vendors send all of them to the model. */
const describedLength = ({ name = '', title = '', context = '', source = '' }: FilePart): number =>
  utf8Length(name + title + context + source);

function maxPartTokens(part: AnyPart, target: BoundTarget): number {
  switch (part.type) {
    case 'text':
      return PER_PART + utf8Length(part.text) + jsonLength(part.citations) + jsonLength(part.replay);
    case 'reasoning':
      return PER_PART + utf8Length(part.text) + jsonLength(part.replay);
    case 'image':
      return PER_PART + maxImageTokens(part.bytes, target.model);
    case 'file':
      return PER_PART + describedLength(part) + maxFileTokens(part, target);
    case 'audio':
      return PER_MEDIUM + Math.ceil(contentSize(part) / AUDIO_BYTES_PER_TOKEN);
    case 'blob':
      return maxPartTokens(contentOf(part), target);
    case 'vendor':
    case 'tool-call':
    case 'vendor-call':
      return PER_PART + jsonLength(part);
    case 'vendor-result':
      return PER_PART + jsonLength({ ...part, content: undefined }) + contentTokens(part.content, target);
    case 'tool-result':
      return PER_PART + jsonLength(part.name) + contentTokens(part.content, target);
  }
}

const contentTokens = (content: readonly AnyPart[], target: BoundTarget): number =>
  sumOf(content, (piece) => maxPartTokens(piece, target));

function maxImageTokens(bytes: Uint8Array, model = ''): number {
  if (hasImageRule(model)) return Math.max(PER_MEDIUM, imageTokens(bytes, model));
  const size = imageSize(bytes);
  if (size === undefined) return LARGEST_IMAGE;
  return Math.max(PER_MEDIUM, Math.min(LARGEST_IMAGE, (size.width * size.height) / PIXELS_PER_TOKEN));
}

function maxFileTokens(file: FilePart, target: BoundTarget): number {
  const { mediaType, bytes } = file;
  const size = contentSize(file);
  if (/^text\/|[/+-](?:json|xml|yaml|javascript|csv)(?:$|;)/.test(mediaType)) return size;
  if (!mediaType.includes('pdf')) return size * TOKENS_PER_FILE_BYTE;
  const mostPages = Math.min(target.maxPages ?? Infinity, size * COMPRESSED_PAGES_PER_BYTE);
  const pages = target.pages?.(file) ?? pdfPages(bytes) ?? mostPages;
  return pages * tokensOfPdfPage(target.model);
}

/** Returns the length of a value as JSON, in bytes of UTF-8. Accepts values of any depth. */
function jsonLength(root: unknown): number {
  let length = 0;
  const rest: unknown[] = [root];
  while (rest.length > 0) {
    const value = rest.pop();
    if (typeof value === 'string') length += quotedLength(value);
    // Base64 has 4 characters for 3 bytes.
    else if (value instanceof Uint8Array) length += 2 * value.length;
    else if (Array.isArray(value)) {
      length += 2 + value.length;
      for (const member of value as unknown[]) rest.push(member);
    } else if (typeof value === 'object' && value !== null) {
      length += 2;
      for (const [name, member] of Object.entries(value)) {
        length += quotedLength(name) + 2;
        rest.push(member);
      }
    } else if (value === null || typeof value === 'number' || typeof value === 'boolean')
      length += String(value).length;
  }
  return length;
}

/** Returns the length of a text as a JSON string, in bytes of UTF-8. */
function quotedLength(text: string): number {
  let length = utf8Length(text) + 2;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // JSON escapes a control character as `\u0001`, and a quote or backslash with a further backslash.
    if (code < 0x20) length += 5;
    else if (code === 0x22 || code === 0x5c) length += 1;
  }
  return length;
}

/** Returns the length of a text in bytes of UTF-8, without encoding it. A lone surrogate has the length of U+FFFD. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

const sumOf = <T>(items: readonly T[], each: (item: T) => number): number =>
  items.reduce((sum, item) => sum + each(item), 0);
