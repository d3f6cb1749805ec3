import { LlmError, type Provider, type ProviderOptions } from '@majordomo/core';
import { didYouMean, isTooDeep, MAX_DEPTH } from '@majordomo/core/toolkit';

type QuirkValue = string | boolean | number | undefined;

/** Valid values of one quirk in a DSN query: a list of values, or a parser. */
export type QuirkValues<Value = unknown> =
  | readonly (Value & QuirkValue)[]
  | {
      /** Description of the valid values for the error message, such as `an integer`. */
      readonly takes: string;
      /** Parses a value. Returns `undefined` for an invalid value. */
      read(text: string): Value | undefined;
    };

/**
 * Parses quirks from the query of a DSN, such as `?thinking=budget&forcedTools=never`. Values are written as text: `true`,
 * `false`, and `none` for `undefined`. Throws kind `config` for an unknown name or value.
 *
 * @param where subject of the error message, such as the name of the environment variable
 */
export function quirksFromParams<Quirks extends object>(
  params: Readonly<Record<string, string>>,
  table: { readonly [Name in keyof Quirks]?: QuirkValues<Quirks[Name]> },
  where: string = 'DSN',
): Partial<Quirks> {
  const quirks: Partial<Quirks> = {};
  for (const [name, text] of Object.entries(params)) {
    const values: QuirkValues | undefined = Object.hasOwn(table, name)
      ? table[name as keyof Quirks]
      : undefined;
    if (values === undefined) throw unknownQuirk(name, Object.keys(table), where);
    quirks[name as keyof Quirks] = valueOf(name, text, values, where) as Quirks[keyof Quirks];
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
    `${where}: unknown quirk "${abbreviate(name)}"; known quirks: ${known.join(', ')}${didYouMean(name, known)}`,
  );

const badValue = (name: string, text: string, takes: string, where: string): LlmError =>
  new LlmError('config', `${where}: "${abbreviate(text)}" is not a valid value of ${name}; use ${takes}`);

/** Maximum length of a value that an error shows completely. A longer value could be a misplaced key, so it is shortened. */
const MAX_SHOWN_LENGTH = 20;

const abbreviate = (text: string): string =>
  text.length <= MAX_SHOWN_LENGTH ? text : `${text.slice(0, 3)}…`;

/**
 * Returns the properties that the request's `extra` adds to the body. Properties under the provider's id replace those under the
 * wire's name. A property with the value `undefined` is removed from the body.
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
 * Returns the name of a model's vector space: its model id in lower case, without publisher, host and the tag `latest`.
 * `@cf/baai/bge-m3`, `BAAI/bge-m3` and `bge-m3:latest` share a space.
 */
export const spaceOf = (modelId: string): string =>
  (modelId.split('/').at(-1) ?? modelId).toLowerCase().replace(/:latest$/, '');

/**
 * Returns a value, such as the arguments of a tool call, as JSON text. For a value that is nested too deeply, returns text that
 * is not JSON. Majordomo then rejects only these arguments, and not the complete response.
 */
export function jsonText(value: unknown): string {
  return isTooDeep(value) ? `nested more than ${MAX_DEPTH} levels deep` : JSON.stringify(value);
}

/** Returns the vendor and the billing of a provider from its options, otherwise from the defaults. */
export const billingOf = (
  options: Pick<ProviderOptions, 'vendor' | 'billing'>,
  defaults: Pick<Provider, 'vendor' | 'billing'>,
): Pick<Provider, 'vendor' | 'billing'> => ({
  vendor: options.vendor ?? defaults.vendor,
  billing: options.billing ?? defaults.billing,
});
