/** Compares two strings in a time that does not depend on the position of the first difference. */
export function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) {
    difference |= one.charCodeAt(at) ^ other.charCodeAt(at % Math.max(1, other.length));
  }
  return difference === 0;
}
