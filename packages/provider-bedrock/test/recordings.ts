import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonValue } from '@majordomo/core';

/** Recorded traffic lives outside of the project; tests that need it are skipped where it is missing. */
const ROOT: string =
  process.env['WIRE_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/wire', import.meta.url));

const hasRecordings: boolean = existsSync(join(ROOT, 'corpus'));
/** For the names of suites: says why nothing ran. */
export const skippedNote: string = hasRecordings ? '' : ` (skipped: no recordings at ${ROOT})`;

/** Facts that were taken from a recording without any SDK. */
export interface Expected {
  readonly wire: string;
  readonly streamed: boolean;
  readonly httpStatus: number;
  readonly outcome: 'success' | 'blocked' | 'error' | 'empty' | 'other-output';
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly name: string; readonly arguments: unknown; readonly id?: string }[];
  readonly finishReasonRaw: string | null;
  readonly usageRaw: Readonly<Record<string, JsonValue>> | null;
  readonly signatures: readonly { readonly sha256: string; readonly length: number }[];
  readonly error: { readonly status: number | null; readonly kind: string } | null;
  readonly echo?: Echo;
}

interface Echo {
  readonly toolCallIdsEchoed: readonly string[];
  readonly toolNamesEchoed: readonly string[];
  readonly signaturesEchoed: number;
}

export interface Recording {
  readonly id: string;
  readonly expected: Expected;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What the recording client sent, where that is known. */
  readonly request: { readonly path: string; readonly body: unknown } | undefined;
}

/** The single exchanges of one wire. */
export function recordings(wire: string): readonly Recording[] {
  if (!hasRecordings) return [];
  return folders(join(ROOT, 'corpus')).flatMap((vendor) =>
    folders(join(ROOT, 'corpus', vendor)).flatMap((name) => {
      const found = load(join(ROOT, 'corpus', vendor, name), `${vendor}/${name}`);
      return found?.expected.wire === wire ? [found] : [];
    }),
  );
}

/** The tool loops of one wire, each as its steps in order. */
export function sequences(
  wire: string,
): readonly { readonly id: string; readonly steps: readonly Recording[] }[] {
  if (!hasRecordings) return [];
  return folders(join(ROOT, 'sequences')).flatMap((vendor) =>
    folders(join(ROOT, 'sequences', vendor)).flatMap((name) => {
      const folder = join(ROOT, 'sequences', vendor, name);
      const id = `${vendor}/${name}`;
      const steps = folders(folder).flatMap((step) => load(join(folder, step), `${id}/${step}`) ?? []);
      return steps[0]?.expected.wire === wire ? [{ id, steps }] : [];
    }),
  );
}

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

function load(folder: string, id: string): Recording | undefined {
  if (!existsSync(join(folder, 'expected.json'))) return undefined;
  const expected = read(join(folder, 'expected.json')) as Expected;
  const response = read(join(folder, 'response.json')) as Pick<Recording, 'status' | 'headers'>;
  const sent = join(folder, 'request.json');
  const request = existsSync(sent) ? (read(sent) as NonNullable<Recording['request']>) : undefined;
  return { id, expected, ...response, body: readFileSync(join(folder, 'body')), request };
}
