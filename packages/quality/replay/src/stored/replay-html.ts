import { checkOptions } from '@majordomo/core/toolkit';
import { DEFAULT_FOLDER, type ReplayOptions } from '../experiment/definition.ts';
import { journalFile, readIndex } from '../journal/journal.ts';
import { readPairs } from '../journal/pairs.ts';
import { htmlOf, type ReplayExample } from '../report/html.ts';
import type { ReplayReport } from '../report/report.ts';

/** Options of `toReplayHtml`. */
export interface ReplayHtmlOptions extends Pick<ReplayOptions, 'folder'> {
  /** Whether the page contains the examples of the kinds that got worse, with the content of their calls. `@default false` */
  readonly content?: boolean | undefined;
}

/** Returns a page without scripts and network requests, for a browser. */
export async function toReplayHtml(report: ReplayReport, options: ReplayHtmlOptions = {}): Promise<string> {
  checkOptions('toReplayHtml', options, { folder: 'string', content: 'boolean' });
  const { folder = DEFAULT_FOLDER, content = false } = options;
  return htmlOf(report, content ? await examplesOf(report, folder) : []);
}

async function examplesOf(report: ReplayReport, folder: string): Promise<readonly ReplayExample[]> {
  const file = journalFile(folder, report.name);
  const { index } = await readIndex(file);
  const ids = new Set(report.kinds.flatMap(({ isWorse, examples }) => (isWorse ? examples : [])));
  const examples: ReplayExample[] = [];
  for await (const { call, recorded, candidate } of readPairs(file, index, [...ids]))
    examples.push({ id: call.id, request: call.request, recorded, candidate });
  return examples;
}
