import { relative } from 'node:path';
import { ESLint } from 'eslint';
import { ESLint as ESLint9 } from 'eslint9';
import { describe, expect, it } from 'vitest';
import plugin from '../src/index.ts';
import { parsers } from './lint.ts';
import { fixture, expectedFindings } from './fixture-marks.ts';

const linters = { 'ESLint 10': ESLint, 'ESLint 9': ESLint9 };

async function reported(Linter: typeof ESLint, parserName: string, cwd: string): Promise<readonly string[]> {
  const linter = new Linter({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parser: parsers[parserName] } },
      plugin.configs.recommended,
    ],
  });
  const results = await linter.lintFiles(['.']);
  return results
    .flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId, line, message }) => {
        const rule = ruleId?.replace('majordomo/', '') ?? message;
        return `${relative(cwd, filePath)}:${String(line)} ${rule}`;
      }),
    )
    .toSorted();
}

describe.each(Object.entries(linters))('%s', (_linter, Linter) => {
  describe.each(Object.keys(parsers))('with the parser of %s', (parser) => {
    it('reports exactly the 17 raw calls of the assistant', async () => {
      const sites = expectedFindings(fixture('assistant'));
      expect(sites).toHaveLength(17);
      expect(await reported(Linter, parser, fixture('assistant'))).toEqual(sites);
    });

    it('reports exactly the disguised calls', async () => {
      const sites = expectedFindings(fixture('disguised'));
      expect(sites.length).toBeGreaterThanOrEqual(10);
      expect(await reported(Linter, parser, fixture('disguised'))).toEqual(sites);
    });
  });
});
