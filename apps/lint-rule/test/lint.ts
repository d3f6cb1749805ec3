import typescriptParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
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

/** Tests that a rule reports each snippet once, with both parsers. */
export function testReported(
  rule: string,
  snippets: readonly (readonly [what: string, code: string])[],
): void {
  describe.each(Object.entries(parsers))(`${rule} with the parser of %s`, (_name, parser) => {
    it.each(snippets)('reports %s', (_what, code) => {
      expect(lint(code, { parser })).toEqual([expect.stringMatching(`^${rule}:`)]);
    });
  });
}
