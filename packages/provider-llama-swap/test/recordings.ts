import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Recorded traffic lives outside of the project; tests that need it are skipped where it is missing. */
const ROOT: string =
  process.env['WIRE_CORPUS'] ?? path.resolve(import.meta.dirname, '../../../../shared/wire');

export const hasRecordings: boolean = existsSync(ROOT);
/** For the names of suites: says why nothing ran. */
export const skippedNote: string = hasRecordings ? '' : ` (skipped: no recordings at ${ROOT})`;

/** Facts that were taken from a recording without any SDK. */
export interface Expected {
  readonly wire: string;
  readonly streamed: boolean;
  readonly outcome: string;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { readonly name: string; readonly arguments: unknown; readonly id?: string }[];
  readonly finishReasonRaw: string | null;
  readonly usageRaw: Readonly<Record<string, unknown>> | null;
  readonly error?: { readonly status: number; readonly kind: string; readonly message: string } | null;
  readonly echo?: { readonly toolNamesEchoed: readonly string[] };
}

export interface Recording {
  readonly id: string;
  readonly expected: Expected;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** What the recording client sent, where that is known. */
  readonly request: Readonly<Record<string, unknown>> | undefined;
}

/** The recordings of a wire in the folders that fit a pattern, in the order of their names. */
export function recordings(pattern: string, wire: string): readonly Recording[] {
  if (!hasRecordings) return [];
  return globSync(path.join(ROOT, pattern, 'expected.json'))
    .sort()
    .map((file) => recording(path.dirname(file)))
    .filter(({ expected }) => expected.wire === wire);
}

function recording(folder: string): Recording {
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  const sent = path.join(folder, 'request.json');
  return {
    id: path.relative(ROOT, folder),
    expected: read('expected.json') as Expected,
    ...(read('response.json') as Pick<Recording, 'status' | 'headers'>),
    body: readFileSync(path.join(folder, 'body')),
    request: existsSync(sent) ? (read('request.json') as { body: Record<string, unknown> }).body : undefined,
  };
}
