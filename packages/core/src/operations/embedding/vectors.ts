import type { EmbeddingRequest } from '../../contract/embedding.ts';
import { LlmError } from '../../contract/llm-error.ts';

/** How far a vector's length may be from 1 before it counts as not normalised: float32 sums stay far below it. */
const TOLERANCE = 1e-3;

/**
 * The vectors of an answer, one for each value and all of the wanted length: longer ones are cut, and then all have the
 * length 1, where the vendor did not see to it. Throws `protocol` for too many, too few, of another length or not finite.
 *
 * @param known the length that they must have, where it is known
 */
export function checkedVectors(
  vectors: unknown,
  { values, dimensions }: EmbeddingRequest,
  known: number | undefined,
  target: string,
): readonly Float32Array[] {
  if (!Array.isArray(vectors) || vectors.length !== values.length) {
    const count = Array.isArray(vectors) ? String(vectors.length) : 'no list of';
    throw wrong(target, 'vectors', `gave ${count} vectors for ${values.length} values`);
  }
  const list: readonly unknown[] = vectors;
  const size = dimensions ?? known ?? sizeOf(list[0]);
  return list.map((vector, at) => {
    const path = `vectors[${at}]`;
    if (!(vector instanceof Float32Array)) throw wrong(target, path, 'is no Float32Array');
    if (!isFiniteAll(vector)) throw wrong(target, path, 'has numbers that are not finite');
    if (vector.length === size && size > 0) return dimensions === undefined ? vector : normalised(vector);
    if (dimensions === undefined || vector.length < size || vector.length === 0)
      throw wrong(target, path, `has ${vector.length} dimensions and not ${size}`);
    return normalised(vector.slice(0, size));
  });
}

const sizeOf = (vector: unknown): number => (vector instanceof Float32Array ? vector.length : 0);

/** A loop: `every` would call a function fifteen million times for an index of 10,000 texts. */
function isFiniteAll(vector: Float32Array): boolean {
  for (const value of vector) if (!Number.isFinite(value)) return false;
  return true;
}

function normalised(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  if (length === 0 || Math.abs(length - 1) <= TOLERANCE) return vector;
  return vector.map((value) => value / length);
}

const wrong = (target: string, path: string, why: string): LlmError =>
  new LlmError('protocol', `${target}: ${path} ${why}`, { target, path });
