import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Recordings of real vendors; they are no part of this repository. */
export const folder: string =
  process.env['WIRE_CORPUS'] ?? path.resolve(import.meta.dirname, '../../../../../shared/wire');

export const isThere: boolean = existsSync(path.join(folder, 'corpus'));

export interface Recording {
  /** `corpus/<vendor>/<case>` or `sequences/<vendor>/<session>/<step>`. */
  readonly id: string;
  readonly vendor: string;
  readonly wire: string;
  readonly status: number;
  readonly body: unknown;
}

let all: readonly Recording[] | undefined;

/** Every recorded request of a wire. */
export const recordings = (wire: string): readonly Recording[] =>
  (all ??= everyRequest()).filter((recording) => recording.wire === wire);

function everyRequest(): readonly Recording[] {
  if (!isThere) return [];
  return [...below('corpus', 2), ...below('sequences', 3)].flatMap((id) => {
    const request = path.join(folder, id, 'request.json');
    if (!existsSync(request)) return [];
    const { wire, httpStatus } = json(path.join(folder, id, 'expected.json')) as Facts;
    const { body } = json(request) as { readonly body?: unknown };
    return [{ id, vendor: id.split('/')[1] ?? '', wire, status: httpStatus, body }];
  });
}

interface Facts {
  readonly wire: string;
  readonly httpStatus: number;
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Folders `depth` below one, as ids. */
function below(id: string, depth: number): readonly string[] {
  if (depth === 0) return [id];
  return readdirSync(path.join(folder, id), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'LICENSES')
    .flatMap(({ name }) => below(`${id}/${name}`, depth - 1));
}
