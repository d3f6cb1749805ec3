import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inShared } from '@majordomo/test-support';

/** Folder of real vendors' recorded traffic. The folder is not part of this repository. */
export const FOLDER: string = process.env['WIRE_CORPUS'] ?? inShared('wire');

export const hasRecordings: boolean = existsSync(join(FOLDER, 'corpus'));

export interface Recording {
  readonly id: string;
  readonly vendor: string;
  readonly wire: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Facts {
  readonly wire: string;
  readonly streamed: boolean;
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** Returns all streamed responses, both single responses and responses in sessions. */
export function streams(): readonly Recording[] {
  if (!hasRecordings) return [];
  return [...below('corpus', 2), ...below('sequences', 3)].flatMap((id) => {
    const facts = join(FOLDER, id, 'expected.json');
    if (!existsSync(facts)) return [];
    const { wire, streamed } = json(facts) as Facts;
    const { status, headers } = json(join(FOLDER, id, 'response.json')) as Pick<
      Recording,
      'status' | 'headers'
    >;
    if (!streamed || status !== 200) return [];
    const body = readFileSync(join(FOLDER, id, 'body'));
    const { 'content-length': _length, 'content-encoding': _coding, ...rest } = headers;
    return [{ id, vendor: id.split('/')[1] ?? '', wire, status, headers: rest, body }];
  });
}

/** Returns the folders at `depth` levels under a folder, as ids. */
function below(id: string, depth: number): readonly string[] {
  if (depth === 0) return [id];
  return readdirSync(join(FOLDER, id), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'LICENSES')
    .flatMap(({ name }) => below(`${id}/${name}`, depth - 1));
}
