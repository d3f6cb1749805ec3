import { parseArgs } from 'node:util';

/** Parsed command-line arguments. */
export interface LintArguments {
  readonly paths: readonly string[];
  readonly format: 'plain' | 'sarif';
  readonly output: string | undefined;
  readonly strict: boolean;
  /** Files that may call models directly, as globs relative to the checked folder. */
  readonly allow: readonly string[];
  readonly ignore: readonly string[];
  readonly skipTests: boolean;
  readonly skipScripts: boolean;
  /** Whether violations that an `eslint-disable` comment hides are reported. */
  readonly noInline: boolean;
  /** Whether plain uses of the OpenAI and Anthropic SDKs, `fetch` and bindings are rewritten in place. */
  readonly fix: boolean;
}

export const USAGE = `majordomo-lint [options] [folder or file …]

Reports raw model SDKs, raw inference calls and processes that start model CLIs. Needs no ESLint configuration.
Raw calls are allowed in a package whose package.json has "majordomo": { "provider": true }.

  --strict           also report SDK types, and ambiguous paths without evidence
  --allow <glob>     files that may have raw calls, relative to the folder (repeatable)
  --ignore <glob>    files not to check, relative to the folder (repeatable)
  --skip-tests       do not check files that look like tests
  --skip-scripts     do not check files under scripts/, tools/ and examples/
  --no-inline        also report what eslint-disable comments hide
  --fix              rewrite plain uses of the OpenAI and Anthropic SDKs, fetch and Workers AI bindings
  --format <name>    plain (default) or sarif
  --output <file>    write to a file instead of standard output
  --help, --version

Exit code: 0 nothing to report, 1 raw calls, or SDK clients of provider packages that may retry, 2 the check failed. Files that cannot be parsed are skipped with a note.
`;

const OPTIONS = {
  strict: { type: 'boolean' },
  allow: { type: 'string', multiple: true },
  ignore: { type: 'string', multiple: true },
  'skip-tests': { type: 'boolean' },
  'skip-scripts': { type: 'boolean' },
  'no-inline': { type: 'boolean' },
  fix: { type: 'boolean' },
  format: { type: 'string' },
  output: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** Returns the parsed arguments. Throws an `Error` with a message for the user if an option or value is invalid. */
export function readArguments(argv: readonly string[]): LintArguments | 'help' | 'version' {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  const format = values.format ?? 'plain';
  if (format !== 'plain' && format !== 'sarif')
    throw new Error(`--format must be plain or sarif, got "${format}"`);
  return {
    paths: positionals.length === 0 ? ['.'] : positionals,
    format,
    output: values.output,
    strict: values.strict === true,
    allow: values.allow ?? [],
    ignore: values.ignore ?? [],
    skipTests: values['skip-tests'] === true,
    skipScripts: values['skip-scripts'] === true,
    noInline: values['no-inline'] === true,
    fix: values.fix === true,
  };
}
