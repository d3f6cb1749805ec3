/** A BCP 47 tag in its canonical form; `undefined` for anything else. */
export function asLanguage(value: unknown): string | undefined {
  try {
    return typeof value === 'string' ? Intl.getCanonicalLocales(value)[0] : undefined;
  } catch {
    return undefined;
  }
}
