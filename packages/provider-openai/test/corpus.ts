import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is used of a recording's facts. */
export interface Facts {
  readonly wire: string;
  readonly streamed: boolean;
  readonly outcome: string;
  readonly text?: string;
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly arguments: object | null;
    readonly id: string | null;
  }[];
  readonly finishReasonRaw?: string | null;
  readonly usageRaw?: UsageFacts | null;
  readonly error: { readonly status: number | null; readonly kind: string; readonly inBand?: boolean } | null;
}

export interface UsageFacts {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

export interface Recording {
  /** `<vendor>/<case>`. */
  readonly id: string;
  readonly vendor: string;
  readonly facts: Facts;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Recordings of real traffic; they are kept beside the checkout, not in it. */
const FOLDER = process.env['WIRE_CORPUS'] ?? join(import.meta.dirname, '../../../../shared/wire');

export const hasRecordings = (): boolean => existsSync(join(FOLDER, 'corpus'));

/** Every recording of one wire, in the order of their names; none when the folder is not there. */
export function recordings(wire: string): readonly Recording[] {
  if (!hasRecordings()) return [];
  return readdirSync(join(FOLDER, 'corpus'))
    .sort()
    .flatMap((vendor) => casesOf(vendor))
    .filter(({ facts }) => facts.wire === wire);
}

function casesOf(vendor: string): Recording[] {
  const folder = join(FOLDER, 'corpus', vendor);
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, 'expected.json')))
    .map((name) => {
      const at = (file: string): string => join(folder, name, file);
      const { status, headers } = json(at('response.json')) as Pick<Recording, 'status' | 'headers'>;
      const facts = json(at('expected.json')) as Facts;
      return { id: `${vendor}/${name}`, vendor, facts, status, headers, body: readFileSync(at('body')) };
    });
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
