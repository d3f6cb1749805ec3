import assert from 'node:assert/strict';

/** Primitive value inside a JSON body, with the key of its property. */
export interface Leaf {
  readonly key: string;
  readonly value: unknown;
}

/** Returns the primitive values of a JSON value in document order. */
export function leavesOf(value: unknown, key = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ key, value }];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, Array.isArray(value) ? key : name));
}

/** Whether the body contains this primitive value, at any depth. */
export const hasLeaf = (body: unknown, value: unknown): boolean =>
  leavesOf(body).some((leaf) => leaf.value === value);

/** Asserts that the body contains each piece once and in this order. */
export function assertInOrder(body: unknown, pieces: readonly string[]): void {
  const texts = leavesOf(body).map(({ value }) => (typeof value === 'string' ? value : ''));
  const text = texts.join('\n');
  let end = 0;
  for (const piece of pieces) {
    const shown = piece.length > 40 ? `${piece.slice(0, 40)}…` : piece;
    const at = text.indexOf(piece);
    assert.notEqual(at, -1, `"${shown}" is not in the request`);
    assert.equal(text.lastIndexOf(piece), at, `"${shown}" is in the request twice`);
    assert.ok(at >= end, `"${shown}" is at the wrong position`);
    end = at + piece.length;
  }
}
