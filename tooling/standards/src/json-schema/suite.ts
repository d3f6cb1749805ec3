import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkValue } from '@majordomo/core';
import { inShared } from '@majordomo/test-support';
import type { CaseResult, Suite } from '../suite.ts';

/** Group of cases in a file of the suite. */
interface Group {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/** Values that core checks against JSON Schemas of tools and outputs. Boolean schemas are not part of the API. */
export const jsonSchema: Suite = {
  name: 'json-schema',
  standard: 'JSON Schema, draft 2020-12',
  version: 'JSON-Schema-Test-Suite 44401e0c',
  async run() {
    const cache = process.env['STANDARDS_CACHE'] ?? inShared('suites');
    const folder = join(cache, 'json-schema-2020-12/tests/draft2020-12');
    if (!existsSync(folder))
      return `${folder} does not exist; set STANDARDS_CACHE to a folder with the suite`;
    const files = readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort();
    const results = await Promise.all(files.map((file) => resultsOf(folder, file)));
    return results.flat();
  },
};

async function resultsOf(folder: string, file: string): Promise<readonly CaseResult[]> {
  const groups = JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly Group[];
  const cases = groups.flatMap(({ description, schema, tests }) =>
    typeof schema === 'object' && schema !== null
      ? tests.map((test) => ({ ...test, id: `${file}: ${description}: ${test.description}`, schema }))
      : [],
  );
  return Promise.all(
    cases.map(async ({ id, schema, data, valid }): Promise<CaseResult> => {
      const isAccepted = !('issues' in (await checkValue(schema, data)));
      if (isAccepted === valid) return { id, result: 'passed', messages: [] };
      return {
        id,
        result: 'failed',
        messages: [isAccepted ? 'accepts an invalid value' : 'refuses a valid value'],
      };
    }),
  );
}
