/** Returns each distinct text once. If a text occurs several times, its count follows its first line. */
export function withCounts(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].map((text) => {
    const times = texts.filter((other) => other === text).length;
    return times === 1 ? text : text.replace(/(?=\n|$)/, `, ${times} times`);
  });
}
