import { isDeepStrictEqual } from 'node:util';
import type { RecordedBody, RecordedRequest } from './recording.ts';

/** Maximum number of differences that are reported in detail. */
const MOST = 5;
const LONGEST_VALUE = 80;

/** Returns at most `MOST` differences of two requests, and the number of further differences. Ignores base URL and headers. */
export function differences(recorded: RecordedRequest, sent: RecordedRequest): readonly string[] {
  const found: string[] = [];
  const there = new URL(recorded.url);
  const here = new URL(sent.url);
  there.searchParams.sort();
  here.searchParams.sort();
  compare(recorded.method, sent.method, 'method', found);
  if (!isSamePath(there.pathname, here.pathname)) compare(there.pathname, here.pathname, 'path', found);
  compare(there.search, here.search, 'query', found);
  compare(contentOf(recorded.body), contentOf(sent.body), 'body', found);
  return found.length > MOST ? [...found.slice(0, MOST), `and ${found.length - MOST} more`] : found;
}

/** Whether one path ends with the other path. A base URL, for example in `OPENAI_BASE_URL`, may add a prefix to a path. */
const isSamePath = (recorded: string, sent: string): boolean =>
  recorded.endsWith(sent) || sent.endsWith(recorded);

function contentOf(body: RecordedBody | null): unknown {
  if (body === null) return undefined;
  return 'json' in body ? body.json : 'text' in body ? body.text : body.base64;
}

/** Compares two JSON values at `path` and adds the differences to `found`. */
function compare(recorded: unknown, sent: unknown, path: string, found: string[]): void {
  if (isDeepStrictEqual(recorded, sent)) return;
  if (hasMembers(recorded) && hasMembers(sent) && Array.isArray(recorded) === Array.isArray(sent)) {
    for (const name of new Set([...Object.keys(recorded), ...Object.keys(sent)])) {
      const at = Array.isArray(recorded) ? `${path}[${name}]` : `${path}.${name}`;
      compare(recorded[name], sent[name], at, found);
    }
    return;
  }
  found.push(`${path}: recorded ${shown(recorded)}, sent ${shown(sent)}`);
}

const hasMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
