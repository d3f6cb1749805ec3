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
  const files = messages.flatMap(filesOf);
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
  const warnings: Warning[] = [];
  const fit = (result: ToolResultPart): ToolResultPart => {
    const isRejected = (piece: ResultPiece): piece is FilePart =>
      piece.type === 'file' && !resultFiles.includes(piece.mediaType);
    const rejected = result.content.filter(isRejected);
    if (rejected.length === 0) return result;
    const types = [...new Set(rejected.map(({ mediaType }) => mediaType))].join(', ');
    const why = `${target} accepts no ${types} in a tool result; return the text of the document`;
    warnings.push({ action: 'dropped', what: `a document in the result of ${result.name}`, why });
    const content = result.content.filter((piece) => !isRejected(piece));
    return { ...result, content: [...content, { type: 'text', text: why }], isError: true };
  };
  const fitted = messages.map((message) => {
    if (message.role !== 'tool') return message;
    const parts = message.parts.map(fit);
    // Messages without changes stay the same objects, because wires cache them by identity.
    return parts.every((part, at) => part === message.parts[at]) ? message : { ...message, parts };
  });
  return { messages: warnings.length === 0 ? messages : fitted, warnings };
}

const uncountedWarning = (name: string, target: string): Warning => ({
  action: 'dropped',
  what: `page limit for ${name}`,
  why: `its pages cannot be counted, and ${target} limits them`,
});

/** Returns the documents of a message, including those in tool results. */
function filesOf({ parts }: TurnMessage): readonly FilePart[] {
  const pieces = parts.flatMap<Part>((part) => (part.type === 'tool-result' ? part.content : [part]));
  return pieces.filter((piece) => piece.type === 'file');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const tooLargeError = (target: string, why: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}`, { code: 'too-large' });
