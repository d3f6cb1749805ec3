import type { Rule } from 'eslint';
import type { RetryOption } from './data/retries.ts';

/**
 * What rules take: as their own option, and for all of them at once in `settings.majordomo`. Lists add to the
 * plugin's own; a rule's own option wins where it is a choice.
 */
export interface MajordomoOptions {
  /** Globs, from the linter's working folder, of files that may talk to models raw (provider packages). */
  readonly allow?: readonly string[] | undefined;
  /** false: files that look like tests are not reported. Default: true. */
  readonly tests?: boolean | undefined;
  /** false: files under `scripts/`, `tools/`, `examples/` are not reported. Default: true. */
  readonly scripts?: boolean | undefined;
  /** More packages that are raw SDKs; `*` at the end for a family. */
  readonly packages?: readonly string[] | undefined;
  /** Packages of the list that are fine here, such as `@ai-sdk/react`. */
  readonly ignore?: readonly string[] | undefined;
  /** true: `import type` is reported too. */
  readonly types?: boolean | undefined;
  /** More inference hosts; `*` for any part without a dot. */
  readonly hosts?: readonly string[] | undefined;
  /** More paths that belong to an inference wire. */
  readonly paths?: readonly string[] | undefined;
  /** `likely` (default): an ambiguous path needs evidence next to it. `possible`: it does not. */
  readonly certainty?: 'likely' | 'possible' | undefined;
  /** More names of Workers AI bindings. */
  readonly bindings?: readonly string[] | undefined;
  /** More commands that answer prompts. */
  readonly commands?: readonly string[] | undefined;
  /** More clients, and how their retries are switched off. */
  readonly clients?: readonly RetryOption[] | undefined;
}

const strings = { type: 'array', items: { type: 'string' }, uniqueItems: true } as const;

const properties = {
  allow: strings,
  tests: { type: 'boolean' },
  scripts: { type: 'boolean' },
  packages: strings,
  ignore: strings,
  types: { type: 'boolean' },
  hosts: strings,
  paths: strings,
  certainty: { enum: ['likely', 'possible'] },
  bindings: strings,
  commands: strings,
  clients: {
    type: 'array',
    items: {
      type: 'object',
      required: ['package', 'classes', 'option', 'off'],
      properties: {
        package: { type: 'string' },
        classes: strings,
        option: { type: 'string' },
        off: { type: 'array', items: { type: 'number' } },
        offByDefault: { type: 'boolean' },
      },
      additionalProperties: false,
    },
  },
} as const;

export type OptionName = keyof MajordomoOptions;

/** The schema of a rule that reads these options; which files (`allow`, `tests`, `scripts`) is in every rule. */
export function schemaOf(names: readonly OptionName[]): NonNullable<Rule.RuleMetaData['schema']> {
  const own = new Set<string>(['allow', 'tests', 'scripts', ...names]);
  const chosen = Object.fromEntries(Object.entries(properties).filter(([name]) => own.has(name)));
  return [{ type: 'object', properties: chosen, additionalProperties: false }];
}

const NONE: MajordomoOptions = {};

/** The rule's option over `settings.majordomo`. */
export function optionsOf(context: Rule.RuleContext): MajordomoOptions {
  const own: unknown = context.options[0];
  const shared: unknown = context.settings['majordomo'];
  if (!isObject(own)) return isObject(shared) ? shared : NONE;
  if (!isObject(shared)) return own;
  const known = merged.get(own);
  if (known?.shared === shared) return known.both;
  const both = { ...shared, ...own };
  for (const [name, value] of Object.entries(shared)) {
    const mine: unknown = Reflect.get(own, name);
    if (isList(value) && isList(mine)) Object.assign(both, { [name]: [...value, ...mine] });
  }
  merged.set(own, { shared, both });
  return both;
}

/** A linter hands out the same option object for every file of one configuration. */
const merged = new WeakMap<object, { readonly shared: object; readonly both: MajordomoOptions }>();

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is MajordomoOptions {
  return typeof value === 'object' && value !== null;
}

/** Computes something from options once for each option object. */
export function perOptions<T>(compile: (options: MajordomoOptions) => T): (options: MajordomoOptions) => T {
  const known = new WeakMap<MajordomoOptions, { readonly value: T }>();
  return (options) => {
    const hit = known.get(options);
    if (hit !== undefined) return hit.value;
    const value = compile(options);
    known.set(options, { value });
    return value;
  };
}
