/** Each text once, with how often it came behind its first line. */
export function counted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].map((text) => {
    const times = texts.filter((other) => other === text).length;
    return times === 1 ? text : text.replace(/(?=\n|$)/, `, ${times} times`);
  });
}
