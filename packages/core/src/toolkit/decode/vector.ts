/** A vector that came as a list of numbers; `undefined` for anything else. */
export function asVector(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers: readonly unknown[] = value;
  return numbers.every((number) => typeof number === 'number') ? Float32Array.from(numbers) : undefined;
}

/** Vectors that came as a list of such lists; `undefined` for anything else. How many must be is core's to check. */
export function asVectors(value: unknown): readonly Float32Array[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const vectors = value.map(asVector);
  return vectors.every((vector) => vector !== undefined) ? vectors : undefined;
}
