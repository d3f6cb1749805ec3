import type { TurnMessage } from './message.ts';

/**
 * Messages are not to be changed, but nothing stops a program that trims an old tool result in place, and sending the
 * old text then would be silent. A look at the parts and their texts is all it takes: what is the same is compared by
 * its address. Arguments that are changed within are not seen.
 */
function everyValue({ parts }: TurnMessage, test: (value: unknown) => boolean): boolean {
  for (const part of parts) {
    if (!test(part)) return false;
    if (part.type === 'text' || part.type === 'reasoning') {
      if (!test(part.text)) return false;
    } else if (part.type === 'tool-call') {
      if (!test(part.args)) return false;
    } else if (part.type === 'tool-result') {
      for (const piece of part.content)
        if (!test(piece) || (piece.type === 'text' && !test(piece.text))) return false;
    }
  }
  return true;
}

/** What `isUnchanged` compares with later. */
export function valuesOf(message: TurnMessage): readonly unknown[] {
  const values: unknown[] = [];
  everyValue(message, (value) => values.push(value) > 0);
  return values;
}

/** Does the message still hold what it held when `valuesOf` looked? */
export function isUnchanged(message: TurnMessage, values: readonly unknown[]): boolean {
  let at = 0;
  return everyValue(message, (value) => value === values[at++]) && at === values.length;
}
