import { trimTail } from '../transcript/trim-tail.ts';

/** Reference `@…` in a string. */
export type Reference = { readonly raw: string } & (
  | {
      readonly type: 'file';
      readonly path: string;
      readonly from?: number | undefined;
      readonly to?: number | undefined;
    }
  | { readonly type: 'folder'; readonly path: string }
  | { readonly type: 'diff' | 'staged' }
  | { readonly type: 'git'; readonly count: number }
  | { readonly type: 'url'; readonly url: string }
);

/**
 * Matches a reference, but not an `@` in an email address or within a word. The groups are the kind, and the value in quotes, in
 * backticks or plain; or a command: `@file:"a b.ts"`, `@git:3`, `@diff`. A plain value ends before the next reference of a list:
 * `@file:a.ts,@file:b.ts`.
 */
const REFERENCE =
  /(?<![\w@./])@(?:(file|folder|git|url):(?:"([^"\n]{1,1000})"|`([^`\n]{1,1000})`|((?:(?!,@(?:(?:file|folder|git|url):|(?:diff|staged)\b))[^\s"<>]){1,2000}))|(diff|staged)\b)/g;
const MAX_COMMITS = 20;

/** Returns the references in a string, in order and without duplicates. */
export function parseReferences(text: string): readonly Reference[] {
  const found = [...text.matchAll(REFERENCE)].flatMap(
    ([match, kind, inQuotes, inBackticks, plain = '', command]): Reference[] => {
      const quoted = inQuotes ?? inBackticks;
      if (command === 'diff' || command === 'staged') return [{ raw: match, type: command }];
      const value = quoted ?? withoutPunctuation(plain);
      const raw = quoted === undefined ? `@${kind ?? ''}:${value}` : match;
      const isInvalid = value === '' || (kind === 'git' && !/^\d{1,6}$/.test(value));
      return isInvalid ? [] : [referenceOf(raw, kind, value)];
    },
  );
  return found.filter(({ raw }, at) => found.findIndex((other) => other.raw === raw) === at);
}

function referenceOf(raw: string, kind: string | undefined, value: string): Reference {
  if (kind === 'folder') return { raw, type: 'folder', path: value };
  if (kind === 'url') return { raw, type: 'url', url: value };
  if (kind === 'git') return { raw, type: 'git', count: Math.min(MAX_COMMITS, Math.max(1, Number(value))) };
  const lines = /(?<=.):(\d{1,9})(?:-(\d{1,9}))?$/.exec(value);
  if (lines === null) return { raw, type: 'file', path: value };
  const [, from, to = from] = lines;
  return { raw, type: 'file', path: value.slice(0, lines.index), from: Number(from), to: Number(to) };
}

const PUNCTUATION = ",;!?)]}'`";

/** Removes sentence punctuation after a reference, but not the dots of the folders `.` and `..`. */
function withoutPunctuation(value: string): string {
  const bare = trimTail(value, PUNCTUATION);
  const isFolder = bare === '.' || bare.endsWith('/.') || bare.endsWith('..');
  if (isFolder || !bare.endsWith('.')) return bare;
  return trimTail(bare.slice(0, -1), PUNCTUATION);
}
