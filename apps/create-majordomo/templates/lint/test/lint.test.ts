import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const RAW_CALL = "import OpenAI from 'openai';\nexport const client = new OpenAI();\n";

test('the rule reports a raw SDK, and nothing in the sources', async () => {
  const eslint = new ESLint({ cwd: join(import.meta.dirname, '..') });

  const [raw] = await eslint.lintText(RAW_CALL, { filePath: 'src/raw.ts' });
  expect(raw?.messages.map(({ ruleId }) => ruleId)).toContain('majordomo/no-raw-sdk');

  const sources = await eslint.lintFiles('src');
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.flatMap(({ messages }) => messages)).toEqual([]);
});
