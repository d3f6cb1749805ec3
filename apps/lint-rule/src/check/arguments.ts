import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Arguments {
  readonly paths: readonly string[];
  readonly format: 'plain' | 'sarif';
  readonly output: string | undefined;
  readonly strict: boolean;
  /** Globs from the checked folder of files that may talk to models raw. */
  readonly allow: readonly string[];
  readonly ignore: readonly string[];
  readonly skipTests: boolean;
  readonly skipScripts: boolean;
  /** Count what an `eslint-disable` comment hides. */
  readonly noInline: boolean;
  /** Whether plain uses of the OpenAI and Anthropic SDKs, `fetch` and bindings are rewritten in place. */
  readonly fix: boolean;
}

export const USAGE = `majordomo-lint [options] [folder or file …]

Reports raw model SDKs, raw inference calls and CLI spawns; needs no ESLint configuration.
A package whose package.json says "majordomo": { "provider": true } may have them.

  --strict           also SDK types, and ambiguous paths without evidence
  --allow <glob>     files that may have raw calls, from the folder (repeatable)
  --ignore <glob>    files not to look at, from the folder (repeatable)
  --skip-tests       not files that look like tests
  --skip-scripts     not files under scripts/, tools/, examples/
  --no-inline        also report what eslint-disable comments hide
  --fix              rewrite plain uses of the OpenAI and Anthropic SDKs, fetch and Workers AI bindings
  --format <name>    plain (default) or sarif
  --output <file>    write there instead of standard output
  --help, --version

Exit code: 0 nothing found, 1 raw calls found, 2 it could not look. Files that no parser reads are noted and skipped.
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

/** Throws an Error with a message for the user on unknown options and values. */
export function readArguments(argv: readonly string[]): Arguments | 'help' | 'version' {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  const format = values.format ?? 'plain';
  if (format !== 'plain' && format !== 'sarif')
    throw new Error(`--format is plain or sarif, not "${format}"`);
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
