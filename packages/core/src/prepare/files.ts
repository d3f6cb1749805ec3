import { LlmError } from '../types/llm-error.ts';
import type { FilePart, Part, ResultPiece, ToolResultPart, TurnMessage } from '../types/messages.ts';
import type { Capabilities, FileLimits, MediaFitter } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import { abortable } from '../util/async.ts';

const PDF = 'application/pdf';

/**
 * Throws `unsupported` for documents above the limits of a target. The fitter counts pages, but only for a target that
 * limits them. Returns a warning for each PDF whose pages cannot be counted.
 */
export async function checkFiles(
  messages: readonly TurnMessage[],
  limits: FileLimits | undefined,
  fitter: MediaFitter | undefined,
  target: string,
  scope: { readonly signal: AbortSignal },
): Promise<readonly Warning[]> {
  if (limits === undefined) return [];
  const files = filesIn(messages);
  const { maxCount = Infinity, maxBytes = Infinity, maxTotalBytes = Infinity, pdf = {} } = limits;
  const checkLimit = (number: number, max: number, what: string): void => {
    if (number > max) throw tooLargeError(target, `takes ${max} ${what}, not ${number}`);
  };
  checkLimit(files.length, maxCount, 'documents in a request');
  for (const { mediaType, bytes, name = 'a document' } of files) {
    const max = mediaType === PDF ? (pdf.maxBytes ?? maxBytes) : maxBytes;
    checkLimit(bytes.length, max, `bytes in ${name}`);
  }
  checkLimit(sum(files.map(({ bytes }) => bytes.length)), maxTotalBytes, 'bytes of documents in a request');
  const { maxPages = Infinity, maxTotalPages = Infinity } = pdf;
  if (fitter?.pages === undefined || Math.min(maxPages, maxTotalPages) === Infinity) return [];
  const counts: number[] = [];
  const warnings: Warning[] = [];
  for (const file of files.filter(({ mediaType }) => mediaType === PDF)) {
    const { name = 'a PDF' } = file;
    const pages = await abortable(fitter.pages(file, scope.signal), scope.signal);
    if (pages === undefined) warnings.push(uncountedWarning(name, target));
    else checkLimit(pages, maxPages, `pages in ${name}`);
    counts.push(pages ?? 0);
  }
  checkLimit(sum(counts), maxTotalPages, 'pages of PDFs in a request');
  return warnings;
}

/** Replaces tool results with documents that the target does not accept there by errors that name the remedy. */
export function fitResultFiles(
  messages: readonly TurnMessage[],
  { resultFiles = [] }: Capabilities,
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  const isRejected = (piece: ResultPiece): piece is FilePart =>
    piece.type === 'file' && !resultFiles.includes(piece.mediaType);
  const hasRejected = ({ content }: ToolResultPart): boolean => content.some(isRejected);
  const warnings: Warning[] = [];
  const fit = (result: ToolResultPart): ToolResultPart => {
    const rejected = result.content.filter(isRejected);
    const types = [...new Set(rejected.map(({ mediaType }) => mediaType))].join(', ');
    const why = `${target} accepts no ${types} in a tool result; return the text of the document`;
    warnings.push({ action: 'dropped', what: `a document in the result of ${result.name}`, why });
    const content = result.content.filter((piece) => !isRejected(piece));
    return { ...result, content: [...content, { type: 'text', text: why }], isError: true };
  };
  const fitted = messages.map((message) => {
    // Messages without changes stay the same objects, because wires cache them by identity.
    if (message.role !== 'tool' || !message.parts.some(hasRejected)) return message;
    return { ...message, parts: message.parts.map((part) => (hasRejected(part) ? fit(part) : part)) };
  });
  return { messages: warnings.length === 0 ? messages : fitted, warnings };
}

const uncountedWarning = (name: string, target: string): Warning => ({
  action: 'dropped',
  what: `page limit for ${name}`,
  why: `its pages cannot be counted, and ${target} limits them`,
});

/** Returns the documents of a request in order, including those in tool results. */
function filesIn(messages: readonly TurnMessage[]): readonly FilePart[] {
  const files: FilePart[] = [];
  const take = (part: Part | ResultPiece): void => {
    if (part.type === 'file') files.push(part);
    else if (part.type === 'tool-result') part.content.forEach(take);
  };
  for (const { parts } of messages) parts.forEach(take);
  return files;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const tooLargeError = (target: string, why: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}`, { code: 'too-large' });
