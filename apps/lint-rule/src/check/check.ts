import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { ESLint } from 'eslint';
import reporting from '../index.ts';
import type { MajordomoOptions } from '../options.ts';
import type { LintArguments } from './arguments.ts';
import { commandParser } from '../parse/babel.ts';

export interface LintFinding {
  /** Absolute path of the file. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Name of the rule, such as `no-raw-sdk`. */
  readonly rule: string;
  readonly message: string;
}

export interface LintReport {
  readonly files: number;
  /** Number of files that `--fix` has rewritten. */
  readonly rewritten: number;
  readonly findings: readonly LintFinding[];
  /** Files that could not be parsed and were not checked. */
  readonly skipped: readonly { readonly file: string; readonly message: string }[];
}

/** Globs of files that are not checked: build output, dependencies, minified files, and folders whose names begin with a dot. */
const GENERATED = ['**/{dist,build,out,coverage,node_modules}/**', '**/.*/**', '**/*.min.js'];

/**
 * Lints one folder or file. With `fix`, also rewrites plain uses in place. Throws if the path does not exist or contains no
 * file to lint.
 */
export async function check(path: string, args: LintArguments): Promise<LintReport> {
  const target = resolve(path);
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(`${path}: no such folder or file; check the path`);
  const plugin = args.fix ? (await import('../codemod.ts')).default : reporting;
  const folder = stats.isDirectory() ? target : dirname(target);
  const linter = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    fix: args.fix,
    overrideConfig: [
      { ignores: [...GENERATED, ...args.ignore] },
      plugin.configs[args.strict ? 'strict' : 'recommended'],
      {
        // `.cjs` files are also treated as modules. `sourceType` affects only scopes, and the rules treat all scopes alike.
        languageOptions: { parser: commandParser, sourceType: 'module' },
        linterOptions: { noInlineConfig: args.noInline, reportUnusedDisableDirectives: 'off' },
        settings: { majordomo: settingsOf(args) },
      },
    ],
  });
  const results = await linter.lintFiles([stats.isDirectory() ? '.' : basename(target)]);
  if (args.fix) await ESLint.outputFixes(results);
  const findings: LintFinding[] = [];
  const skipped: LintReport['skipped'][number][] = [];
  for (const { filePath, messages } of results)
    for (const message of messages) {
      if (message.fatal === true) skipped.push({ file: filePath, message: message.message });
      // Ignore ESLint's messages about rules that comments in the code name, but that this command does not have.
      else if (message.ruleId?.startsWith('majordomo/') === true) findings.push(toFinding(filePath, message));
    }
  const rewritten = results.filter(({ output }) => output !== undefined).length;
  return { files: results.length, rewritten, findings, skipped };
}

function settingsOf(args: LintArguments): MajordomoOptions {
  return { allow: args.allow, tests: !args.skipTests, scripts: !args.skipScripts };
}

type LintMessage = ESLint.LintResult['messages'][number];

function toFinding(
  file: string,
  { ruleId, message, line, column, endLine, endColumn }: LintMessage,
): LintFinding {
  const rule = (ruleId ?? '').replace('majordomo/', '');
  return { file, line, column, endLine: endLine ?? line, endColumn: endColumn ?? column, rule, message };
}
