/** Returns each distinct text once. A text that occurs several times has its count after the first line. */
export function withCounts(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].map((text) => {
    const times = texts.filter((other) => other === text).length;
    return times === 1 ? text : text.replace(/(?=\n|$)/, `, ${times} times`);
  });
}
