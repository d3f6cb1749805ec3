import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Where the recordings are: beside the checkout, or where WIRE_CORPUS says. They are never part of the
 * project.
 */
export const WIRE: string =
  process.env['WIRE_CORPUS'] ?? path.resolve(import.meta.dirname, '../../../../shared/wire');

export const hasWire: boolean = existsSync(WIRE);

export interface Expected {
  readonly wire: string;
  readonly streamed: boolean;
  readonly httpStatus: number;
  readonly outcome: 'success' | 'empty' | 'error' | 'refusal' | 'other-output';
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly {
    readonly name: string;
    readonly arguments: unknown;
    readonly argumentsForm: string;
    readonly id: string;
  }[];
  readonly finishReasonRaw: string | null;
  readonly usageRaw: Readonly<Record<string, unknown>> | null;
  readonly signatures: readonly { readonly sha256: string; readonly length: number }[];
  readonly error: { readonly status: number; readonly kind: string; readonly type: string } | null;
}

export interface Recording {
  readonly id: string;
  readonly expected: Expected;
  readonly body: Buffer;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: Readonly<Record<string, unknown>> | undefined;
}

/** Recordings of this wire below a folder of the corpus, in the order of their names. */
export function recordings(pattern: string): readonly Recording[] {
  if (!hasWire) return [];
  return globSync(path.join(WIRE, pattern, 'expected.json'))
    .sort()
    .map((file) => recording(path.dirname(file)))
    .filter(({ expected }) => expected.wire === 'anthropic-messages');
}

function recording(folder: string): Recording {
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  const response = read('response.json') as { status: number; headers: Record<string, string> };
  const sent = path.join(folder, 'request.json');
  return {
    id: path.relative(WIRE, folder),
    expected: read('expected.json') as Expected,
    body: readFileSync(path.join(folder, 'body')),
    status: response.status,
    headers: response.headers,
    request: existsSync(sent) ? (read('request.json') as { body: Record<string, unknown> }).body : undefined,
  };
}
