import { LlmError, type Provider, type ProviderOptions } from '@majordomo/core';
import { didYouMean, isTooDeep, MAX_DEPTH } from '@majordomo/core/toolkit';

type QuirkValue = string | boolean | number | undefined;

/** What a query may say of one quirk: one of these values, as text, or what `read` makes something of. */
export type QuirkValues<Value = unknown> =
  | readonly (Value & QuirkValue)[]
  | {
      /** For the error, such as `a whole number`. */
      readonly takes: string;
      /** `undefined`: not a value of this quirk. */
      read(text: string): Value | undefined;
    };

/**
 * Quirks from the query of a DSN, such as `?thinking=budget&forcedTools=never`. A name or a value that the table does not
 * know is a `config` error: a typing error must not go unseen. A boolean stands for its word, `undefined` for `none`.
 *
 * @param where begins the error's message, such as the variable's name
 */
export function quirksFromParams<Quirks extends object>(
  params: Readonly<Record<string, string>>,
  table: { readonly [Name in keyof Quirks]?: QuirkValues<Quirks[Name]> },
  where: string = 'DSN',
): Partial<Quirks> {
  const quirks: Partial<Quirks> = {};
  for (const [name, text] of Object.entries(params)) {
    const words: QuirkValues | undefined = Object.hasOwn(table, name)
      ? table[name as keyof Quirks]
      : undefined;
    if (words === undefined) throw unknownQuirk(name, Object.keys(table), where);
    quirks[name as keyof Quirks] = valueOf(name, text, words, where) as Quirks[keyof Quirks];
  }
  return quirks;
}

function valueOf(name: string, text: string, values: QuirkValues, where: string): unknown {
  if ('read' in values) {
    const value = values.read(text);
    if (value === undefined) throw badValue(name, text, values.takes, where);
    return value;
  }
  const at = values.findIndex((value) => textOf(value) === text);
  if (at < 0) throw badValue(name, text, values.map(textOf).join(', '), where);
  return values[at];
}

const textOf = (value: QuirkValue): string => (value === undefined ? 'none' : String(value));

const unknownQuirk = (name: string, known: readonly string[], where: string): LlmError =>
  new LlmError(
    'config',
    `${where}: unknown quirk "${abbreviate(name)}"; known are ${known.join(', ')}${didYouMean(name, known)}`,
  );

const badValue = (name: string, text: string, takes: string, where: string): LlmError =>
  new LlmError('config', `${where}: "${abbreviate(text)}" is not a value of ${name}; it takes ${takes}`);

/** No name of a quirk is longer; a key that was put in the wrong place is. */
const MAX_SHOWN_LENGTH = 20;

const abbreviate = (text: string): string =>
  text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, 3)}…`;

/**
 * What the caller adds for this target, to be merged into the body last: the wire's entries first, then the
 * provider's own over them. A member of `undefined` takes a field away.
 */
export function extraFor(
  extra: { readonly [provider: string]: object } | undefined,
  wire: string,
  target: string,
): Readonly<Record<string, unknown>> {
  const [providerId = ''] = target.split('/', 1);
  return { ...extra?.[wire], ...extra?.[providerId] };
}

/**
 * Names the vector space of a model: as its maker calls it, without who serves it (`@cf/baai/bge-m3`, `BAAI/bge-m3` and
 * `bge-m3:latest` are one).
 */
export const spaceOf = (modelId: string): string =>
  (modelId.split('/').at(-1) ?? modelId).toLowerCase().replace(/:latest$/, '');

/**
 * What a wire gave as a JSON value, such as a call's arguments, as text. Of one that is nested too deep for any recursion
 * it is no JSON: such arguments are refused, and the answer that they stand in continues.
 */
export function jsonText(value: unknown): string {
  return isTooDeep(value) ? `nested more than ${MAX_DEPTH} levels deep` : JSON.stringify(value);
}

/** What a provider says of its money: in the app's words where it has some, else in the package's own. */
export const billingOf = (
  options: Pick<ProviderOptions, 'vendor' | 'billing'>,
  defaults: Pick<Provider, 'vendor' | 'billing'>,
): Pick<Provider, 'vendor' | 'billing'> => ({
  vendor: options.vendor ?? defaults.vendor,
  billing: options.billing ?? defaults.billing,
});
