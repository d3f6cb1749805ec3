import assert from 'node:assert/strict';

/** A text, number or boolean of a body, and the key that it stands under. */
export interface Leaf {
  readonly key: string;
  readonly value: unknown;
}

/** Every leaf of a JSON value, in the order of the text. */
export function leavesOf(value: unknown, key = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [{ key, value }];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, Array.isArray(value) ? key : name));
}

/** Does the value stand somewhere in the body? */
export const hasLeaf = (body: unknown, value: unknown): boolean =>
  leavesOf(body).some((leaf) => leaf.value === value);

/** Each piece stands in the body once, in this order, whatever the wire puts around it. */
export function assertInOrder(body: unknown, pieces: readonly string[]): void {
  const texts = leavesOf(body).map(({ value }) => (typeof value === 'string' ? value : ''));
  const said = texts.join('\n');
  let behind = 0;
  for (const piece of pieces) {
    const shown = piece.length > 40 ? `${piece.slice(0, 40)}…` : piece;
    const at = said.indexOf(piece);
    assert.notEqual(at, -1, `"${shown}" did not reach the wire`);
    assert.equal(said.lastIndexOf(piece), at, `"${shown}" reached the wire twice`);
    assert.ok(at >= behind, `"${shown}" comes too early`);
    behind = at + piece.length;
  }
}
