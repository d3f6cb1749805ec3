import type { Rule } from 'eslint';
import type { RetryOption } from './data/retries.ts';

/**
 * Options of the rules. Set them for all rules in `settings.majordomo`, or for one rule in the options of the rule. The rule's
 * list extends the list in the settings. Any other value of the rule replaces the value in the settings.
 */
export interface MajordomoOptions {
  /**
   * Files that may call models directly, as globs relative to the linter's working directory. No rule reports them, except
   * `no-sdk-retries` in provider packages.
   * @default []
   */
  readonly allow?: readonly string[] | undefined;
  /**
   * Whether files that look like tests are checked.
   * @default true
   */
  readonly tests?: boolean | undefined;
  /**
   * Whether files under `scripts/`, `script/`, `tools/` and `examples/` are checked.
   * @default true
   */
  readonly scripts?: boolean | undefined;
  /**
   * Additional packages that are raw SDKs. A `*` at the end of a name matches any suffix.
   * @default []
   */
  readonly packages?: readonly string[] | undefined;
  /**
   * Packages of the built-in list that are allowed, such as `@ai-sdk/react`.
   * @default []
   */
  readonly ignore?: readonly string[] | undefined;
  /**
   * Whether `import type` is also reported.
   * @default false
   */
  readonly types?: boolean | undefined;
  /**
   * Additional inference hosts. A `*` matches any characters except a dot.
   * @default []
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * Additional paths of inference APIs. A `*` matches one path segment.
   * @default []
   */
  readonly paths?: readonly string[] | undefined;
  /**
   * Whether an ambiguous path needs evidence in the same call (`likely`) or is reported without it (`possible`).
   * @default 'likely'
   */
  readonly certainty?: 'likely' | 'possible' | undefined;
  /**
   * Additional names of Workers AI bindings.
   * @default []
   */
  readonly bindings?: readonly string[] | undefined;
  /**
   * Additional commands of model CLIs.
   * @default []
   */
  readonly commands?: readonly string[] | undefined;
  /**
   * Additional SDK clients, with the option that disables their retries.
   * @default []
   */
  readonly clients?: readonly RetryOption[] | undefined;
}

const stringList = { type: 'array', items: { type: 'string' }, uniqueItems: true } as const;

const properties = {
  allow: stringList,
  tests: { type: 'boolean' },
  scripts: { type: 'boolean' },
  packages: stringList,
  ignore: stringList,
  types: { type: 'boolean' },
  hosts: stringList,
  paths: stringList,
  certainty: { enum: ['likely', 'possible'] },
  bindings: stringList,
  commands: stringList,
  clients: {
    type: 'array',
    items: {
      type: 'object',
      required: ['package', 'classes', 'option', 'off'],
      properties: {
        package: { type: 'string' },
        classes: stringList,
        option: { type: 'string' },
        off: { type: 'array', items: { type: 'number' } },
        offByDefault: { type: 'boolean' },
      },
      additionalProperties: false,
    },
  },
} as const;

export type OptionName = keyof MajordomoOptions;

/** Returns the schema for the options of a rule: `names`, and the common options `allow`, `tests` and `scripts`. */
export function schemaOf(names: readonly OptionName[]): NonNullable<Rule.RuleMetaData['schema']> {
  const supported = new Set<string>(['allow', 'tests', 'scripts', ...names]);
  const ruleProperties = Object.fromEntries(
    Object.entries(properties).filter(([name]) => supported.has(name)),
  );
  return [{ type: 'object', properties: ruleProperties, additionalProperties: false }];
}

const NO_OPTIONS: MajordomoOptions = {};

/** Returns the options of a rule, merged with `settings.majordomo`. */
export function optionsOf(context: Rule.RuleContext): MajordomoOptions {
  const ruleOptions: unknown = context.options[0];
  const shared: unknown = context.settings['majordomo'];
  checkSettings(shared);
  if (!isObject(ruleOptions)) return isObject(shared) ? shared : NO_OPTIONS;
  if (!isObject(shared)) return ruleOptions;
  const cached = mergedOptions.get(ruleOptions);
  if (cached?.shared === shared) return cached.merged;
  const merged = { ...shared, ...ruleOptions };
  for (const [name, value] of Object.entries(shared)) {
    const ruleValue: unknown = Reflect.get(ruleOptions, name);
    if (isList(value) && isList(ruleValue)) Object.assign(merged, { [name]: [...value, ...ruleValue] });
  }
  mergedOptions.set(ruleOptions, { shared, merged });
  return merged;
}

const checkedSettings = new WeakSet();

/** Throws for an unknown or invalid setting. The linter checks the options of rules only, and such a setting would have no effect. */
function checkSettings(shared: unknown): void {
  if (!isObject(shared) || checkedSettings.has(shared)) return;
  const known: Readonly<Record<string, { readonly type?: string; readonly enum?: readonly unknown[] }>> =
    properties;
  for (const [name, value] of Object.entries(shared)) {
    const expected = Object.hasOwn(known, name) ? known[name] : undefined;
    if (expected === undefined)
      throw new Error(
        `settings.majordomo.${name} is not a setting; the settings are ${Object.keys(known).join(', ')}`,
      );
    const type = Array.isArray(value) ? 'array' : typeof value;
    if (value !== undefined && expected.enum?.includes(value) !== true && expected.type !== type)
      throw new Error(
        `settings.majordomo.${name} must be ${expected.enum?.join(' or ') ?? `of type ${expected.type}`}`,
      );
  }
  checkedSettings.add(shared);
}

/** Merged options by the rule's options object, which is the same for every file of a configuration. */
const mergedOptions = new WeakMap<object, { readonly shared: object; readonly merged: MajordomoOptions }>();

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is MajordomoOptions {
  return typeof value === 'object' && value !== null;
}

/** Returns a function that computes a value once for each options object. */
export function perOptions<T>(compile: (options: MajordomoOptions) => T): (options: MajordomoOptions) => T {
  const cache = new WeakMap<MajordomoOptions, { readonly value: T }>();
  return (options) => {
    const hit = cache.get(options);
    if (hit !== undefined) return hit.value;
    const value = compile(options);
    cache.set(options, { value });
    return value;
  };
}
