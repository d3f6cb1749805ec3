/**
 * The same text in memory of its own. What `slice` gives may keep the whole text alive of which it is a part: the half
 * line after the last whole one would hold all that was read with it.
 */
export function ownText(text: string): string {
  // A text that was put together anew is copied when it is cut.
  return ` ${text}`.slice(1);
}
