import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonValue } from '@majordomo/core';
import { inShared } from './repository.ts';

/** Folder of recorded traffic. It is not part of the project. Tests that need the folder are skipped if it is missing. */
const FOLDER: string = process.env['WIRE_CORPUS'] ?? inShared('wire');

export const hasRecordings: boolean = existsSync(path.join(FOLDER, 'corpus'));
/** Suffix of suite names that states why no case ran. */
export const skippedNote: string = hasRecordings ? '' : ` (skipped: no recordings at ${FOLDER})`;

/** Facts that were taken from a recording without any SDK. */
export interface Expected {
  readonly wire: string;
  readonly streamed: boolean;
  readonly outcome: 'success' | 'blocked' | 'empty' | 'error' | 'in-band-error' | 'other-output' | 'refusal';
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly toolCalls: readonly {
    readonly name: string;
    /** Arguments of the call; `null` if they are not a JSON object. */
    readonly arguments: unknown;
    readonly argumentsForm: string;
    readonly id?: string;
  }[];
  readonly finishReasonRaw: string | null;
  readonly usageRaw: Readonly<Record<string, JsonValue>> | null;
  /** Signatures in the response. */
  readonly signatures: readonly { readonly sha256: string; readonly length: number }[];
  readonly error: {
    readonly status: number | null;
    readonly kind: string;
    readonly code?: string | null;
  } | null;
  /** Parts of earlier answers that the request of a step contains. */
  readonly echo?: {
    readonly toolCallIdsEchoed: readonly string[];
    readonly toolNamesEchoed: readonly string[];
    readonly signaturesEchoed: number;
  };
}

export interface Recording {
  /** `<vendor>/<case>`, or `<vendor>/<sequence>/<step>`. */
  readonly id: string;
  readonly vendor: string;
  readonly expected: Expected;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Request of the recording client, if known. */
  readonly request: { readonly path: string; readonly body: unknown } | undefined;
}

/** Returns the delivery with which a call requests the same kind of response as the recording. */
export const deliveryOf = ({ expected }: Pick<Recording, 'expected'>): 'deltas' | 'complete' =>
  expected.streamed ? 'deltas' : 'complete';

/** Returns the single exchanges of one API, or of all APIs, sorted by name. */
export const recordings = (wire?: string, vendor = '*'): readonly Recording[] =>
  recordingsIn('corpus', `${vendor}/*`, wire);

/** Tool loop with its steps in order. */
export interface Sequence {
  /** `<vendor>/<sequence>`. */
  readonly id: string;
  readonly vendor: string;
  readonly steps: readonly Recording[];
}

/** Returns the tool loops of one API, or of all APIs. */
export function sequences(wire?: string, vendor = '*'): readonly Sequence[] {
  const steps = new Map<string, Recording[]>();
  for (const step of recordingsIn('sequences', `${vendor}/*/*`, wire)) {
    const id = path.dirname(step.id);
    steps.set(id, [...(steps.get(id) ?? []), step]);
  }
  return [...steps].map(([id, all]) => ({ id, vendor: vendorOf(id), steps: all }));
}

/** Compares step numbers, so that the tenth step follows the ninth. */
const byName = new Intl.Collator('en', { numeric: true });

function recordingsIn(folder: string, pattern: string, wire?: string): readonly Recording[] {
  const root = path.join(FOLDER, folder);
  return globSync(`${pattern}/expected.json`, { cwd: root })
    .map((file) => path.dirname(file))
    .sort(byName.compare)
    .flatMap((id) => {
      const expected = json(root, id, 'expected.json') as Expected;
      return expected.wire === (wire ?? expected.wire) ? [recording(root, id, expected)] : [];
    });
}

function recording(root: string, id: string, expected: Expected): Recording {
  const { status, headers } = json(root, id, 'response.json') as Pick<Recording, 'status' | 'headers'>;
  const isKnown = existsSync(path.join(root, id, 'request.json'));
  return {
    id,
    vendor: vendorOf(id),
    expected: { ...ABSENT, ...expected },
    status,
    headers,
    body: readFileSync(path.join(root, id, 'body')),
    request: isKnown ? (json(root, id, 'request.json') as Recording['request']) : undefined,
  };
}

/** Values of members that `expected.json` may omit. */
const ABSENT: Pick<Expected, 'signatures' | 'error'> = { signatures: [], error: null };

const vendorOf = (id: string): string => id.split('/')[0] ?? '';

const json = (...names: readonly string[]): unknown => JSON.parse(readFileSync(path.join(...names), 'utf8'));
