/** The text without such characters at its end; an expression that does this looks at every run of them again. */
export function trimTail(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
