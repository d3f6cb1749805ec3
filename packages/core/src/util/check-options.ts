import { article, checkKinds, config, isObject, type Kind, type Kinds } from './check.ts';

/**
 * Throws `config` with the place for options that cannot be meant: of the wrong kind, mistyped, or missing though `needed`.
 * Values are not repeated. `what`: whose options, as the message begins. `elsewhere`: names that others have for an option,
 * and its name here, for the message.
 *
 * @example
 * checkOptions('createLedger', options, { store: 'object with reserve', storeTimeoutMs: 1, whenDown: ['admit', 'deny'] });
 */
export function checkOptions(
  what: string,
  options: unknown,
  kinds: Kinds,
  needed: readonly string[] = [],
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  const of = `${what}: `;
  if (!isObject(options)) throw config('options', 'must be an object', of);
  for (const [name, here] of Object.entries(elsewhere))
    if (!Object.hasOwn(kinds, name) && Reflect.get(options, name) !== undefined)
      throw config(name, `is not an option: it is called ${here} here`, of);
  checkKinds(options, kinds, '', of);
  for (const name of needed)
    if (Reflect.get(options, name) === undefined) throw config(name, missing(kinds[name]), of);
}

const missing = (kind: Kind | undefined): string =>
  typeof kind === 'string' ? `is missing: it must be ${article(kind)}` : 'is missing';

/** Throws `config` with the place for a time without an end. `of`: whose, and a colon. */
export function checkFinite(ms: number | undefined, path: string, of = ''): void {
  if (ms === Infinity) throw config(path, 'must be bounded', of);
}
