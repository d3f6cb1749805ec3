import typescriptParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import reporting, { type MajordomoOptions } from '../src/index.ts';
import { commandParser } from '../src/parse/babel.ts';

/** Parsers for TypeScript: that of typescript-eslint, and that of the command. */
export const parsers: Readonly<Record<string, Linter.Parser>> = {
  'typescript-eslint': typescriptParser,
  'majordomo-lint': commandParser,
};

export interface Case {
  readonly options?: MajordomoOptions | undefined;
  readonly strict?: boolean | undefined;
  readonly parser?: Linter.Parser | undefined;
  readonly filename?: string | undefined;
  readonly cwd?: string | undefined;
  readonly plugin?: typeof reporting | undefined;
}

/** Returns the findings in order: `no-raw-sdk:3`. */
export function lint(code: string, options: Case = {}): readonly string[] {
  return messages(code, options).map(
    ({ ruleId, line }) => `${(ruleId ?? 'fatal').replace('majordomo/', '')}:${String(line)}`,
  );
}

export function messages(
  code: string,
  { options, strict, parser, filename, cwd, plugin = reporting }: Case = {},
): Linter.LintMessage[] {
  const linter = new Linter({ configType: 'flat', ...(cwd === undefined ? {} : { cwd }) });
  const config: Linter.Config[] = [
    plugin.configs[strict === true ? 'strict' : 'recommended'],
    { languageOptions: { parser: parser ?? typescriptParser }, settings: { majordomo: options ?? {} } },
  ];
  return linter.verify(code, config, { filename: filename ?? 'src/app.ts' });
}
