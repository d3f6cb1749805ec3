import { article, checkKinds, configError, isObject, type Kind, type Kinds } from './check.ts';

/**
 * Checks the options of a function. Throws `config` with the path for an option of the wrong kind, a misspelled name, or an
 * absent option of `required`. The message never contains a value.
 *
 * @param subject beginning of the message, such as the name of the function
 * @param otherNames names of other libraries for an option, with the name of the option here
 *
 * @example
 * checkOptions('createLedger', options, { store: 'object with reserve', storeTimeoutMs: 1, whenDown: ['admit', 'deny'] });
 */
export function checkOptions(
  subject: string,
  options: unknown,
  kinds: Kinds,
  required: readonly string[] = [],
  otherNames: Readonly<Record<string, string>> = {},
): void {
  const prefix = `${subject}: `;
  if (!isObject(options)) throw configError('options', 'must be an object', prefix);
  for (const [name, ownName] of Object.entries(otherNames))
    if (!Object.hasOwn(kinds, name) && Reflect.get(options, name) !== undefined)
      throw configError(name, `is not an option: it is called ${ownName} here`, prefix);
  checkKinds(options, kinds, '', prefix);
  for (const name of required)
    if (Reflect.get(options, name) === undefined)
      throw configError(name, missingProblem(kinds[name]), prefix);
}

const missingProblem = (kind: Kind | undefined): string =>
  typeof kind === 'string' ? `is missing: it must be ${article(kind)}` : 'is missing';

/** Throws `config` with the path for an infinite time. `prefix` begins the message. */
export function checkFinite(ms: number | undefined, path: string, prefix = ''): void {
  if (ms === Infinity) throw configError(path, 'must be finite', prefix);
}
