/** Splits a text into chunks of `chunks` code points, by default `usual`. If `chunks` is an array, returns it unchanged. */
export function pieces(
  text: string,
  chunks: readonly string[] | number | undefined,
  usual: number,
): readonly string[] {
  if (typeof chunks === 'object') return chunks;
  const points = Array.from(text);
  const size = chunks ?? usual;
  const cut: string[] = [];
  for (let at = 0; at < points.length; at += size) cut.push(points.slice(at, at + size).join(''));
  return cut;
}
