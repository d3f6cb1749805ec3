import { trimTail } from '../transcript/trim-tail.ts';

/** Reference `@…` in a text. */
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

/** Excludes mail addresses and positions within a word. */
const REFERENCE =
  /(?<![\w@./])@(?:(file|folder|git|url):(?:"([^"\n]{1,1000})"|([^\s"<>]{1,2000}))|(diff|staged)\b)/g;
const MAX_COMMITS = 20;

/** The references in a text, each once, in order. */
export function parseReferences(text: string): readonly Reference[] {
  const found = [...text.matchAll(REFERENCE)].flatMap(
    ([whole, kind, quoted, plain = '', word]): Reference[] => {
      if (word === 'diff' || word === 'staged') return [{ raw: whole, type: word }];
      const value = quoted ?? withoutPunctuation(plain);
      const raw = quoted === undefined ? `@${kind ?? ''}:${value}` : whole;
      return value === '' ? [] : [referenceOf(raw, kind, value)];
    },
  );
  return found.filter(({ raw }, at) => found.findIndex((other) => other.raw === raw) === at);
}

function referenceOf(raw: string, kind: string | undefined, value: string): Reference {
  if (kind === 'folder') return { raw, type: 'folder', path: value };
  if (kind === 'url') return { raw, type: 'url', url: value };
  if (kind === 'git')
    return { raw, type: 'git', count: Math.min(MAX_COMMITS, Math.max(1, Number.parseInt(value, 10) || 1)) };
  const lines = /^(.+?):(\d{1,9})(?:-(\d{1,9}))?$/.exec(value);
  if (lines === null) return { raw, type: 'file', path: value };
  const [, path = '', from = '', to = from] = lines;
  return { raw, type: 'file', path, from: Number(from), to: Number(to) };
}

/** A sentence ends behind a reference; the dots of `..` are part of it. */
function withoutPunctuation(value: string): string {
  const bare = trimTail(value, ",;!?)]}'`");
  if (!bare.endsWith('.') || bare.endsWith('..') || bare.endsWith('/.') || bare === '.') return bare;
  return trimTail(bare.slice(0, -1), ",;!?)]}'`");
}
