const ALPHABETS: Readonly<Record<string, string>> = {
  A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  U: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  l: 'abcdefghijklmnopqrstuvwxyz0123456789',
  h: '0123456789abcdef',
  d: '123456789',
  w: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  b: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
};

/** Returns a deterministic generator: `ghp_{A36}` becomes a token with 36 letters and digits. */
export function randomTexts(seed: number): (template: string) => string {
  let state = seed;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const characters = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => alphabet.charAt(next(alphabet.length))).join('');
  return (template) =>
    template.replaceAll(/\{([AUlhdwb])(\d+)\}/g, (_, name: string, count: string) => {
      const text = characters(ALPHABETS[name] ?? '', Number(count));
      // Keys of vendors contain digits, so each text contains at least one.
      return text.length > 3 && name !== 'd'
        ? `${text.slice(0, 2)}${name === 'U' ? 'Q7' : 'd7'}${text.slice(4)}`
        : text;
    });
}
