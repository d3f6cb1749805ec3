/** Removes the given characters from the end of a text. A regular expression would take quadratic time. */
export function trimTail(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
