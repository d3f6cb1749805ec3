import { LlmError } from '../types/llm-error.ts';
import type { FilePart, TurnMessage } from '../types/messages.ts';
import type { FileLimits, MediaFitter } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import { abortable } from '../util/async.ts';

const PDF = 'application/pdf';

/**
 * Throws `unsupported` for documents above the target's limits; a chain then passes it over without penalty. Pages are
 * the fitter's to count, and are asked for only where they are limited; where nobody can count them, a warning says
 * that the limit was not looked after.
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
  const refuse = (number: number, most: number, what: string): void => {
    if (number > most) throw tooLarge(target, `takes ${most} ${what}, not ${number}`);
  };
  refuse(files.length, maxCount, 'documents in a request');
  for (const { mediaType, bytes, name = 'a document' } of files) {
    const most = mediaType === PDF ? (pdf.maxBytes ?? maxBytes) : maxBytes;
    refuse(bytes.length, most, `bytes in ${name}`);
  }
  refuse(sum(files.map(({ bytes }) => bytes.length)), maxTotalBytes, 'bytes of documents in a request');
  const { maxPages = Infinity, maxTotalPages = Infinity } = pdf;
  if (fitter?.pages === undefined || Math.min(maxPages, maxTotalPages) === Infinity) return [];
  const counts: number[] = [];
  const warnings: Warning[] = [];
  for (const file of files.filter(({ mediaType }) => mediaType === PDF)) {
    const { name = 'a PDF' } = file;
    const pages = await abortable(fitter.pages(file, scope.signal), scope.signal);
    if (pages === undefined) warnings.push(uncounted(name, target));
    else refuse(pages, maxPages, `pages in ${name}`);
    counts.push(pages ?? 0);
  }
  refuse(sum(counts), maxTotalPages, 'pages of PDFs in a request');
  return warnings;
}

const uncounted = (name: string, target: string): Warning => ({
  action: 'dropped',
  what: `page limit for ${name}`,
  why: `its pages cannot be counted, and ${target} limits them`,
});

const filesOf = (message: TurnMessage): readonly FilePart[] =>
  message.role === 'user' ? message.parts.filter((part) => part.type === 'file') : [];

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const tooLarge = (target: string, why: string): LlmError =>
  new LlmError('unsupported', `${target} ${why}`, { target, code: 'too-large' });
