import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import majordomo from '@majordomo/eslint-plugin';
import { ESLint } from 'eslint';
import { measure } from '../measure/measures.mjs';

const BANNED = [
  'openai',
  '@anthropic-ai/sdk',
  '@google/genai',
  '@aws-sdk/client-bedrock-runtime',
  'ollama',
  'ai',
];
const patterns = BANNED.map((name) => `${name}/*`);
const noop = { meta: { type: 'problem', schema: [] }, create: () => ({ ImportDeclaration() {} }) };
const RULES = {
  'no-op rule': { 'bench/noop': 'error' },
  'no-restricted-imports': { 'no-restricted-imports': ['error', { paths: BANNED, patterns }] },
  'no-raw-sdk': { 'majordomo/no-raw-sdk': 'error' },
  recommended: majordomo.configs.recommended.rules,
};

/** @type {import('./scenario.mjs').Scenario} */
export const lint = {
  name: 'lint',
  title: 'Linting, parsing included',
  sizes: {
    full: { rounds: 7, warmUp: 1, files: 500 },
    gate: { rounds: 21, warmUp: 3, files: 100 },
  },
  async run(context) {
    const { files } = context.size;
    const cwd = mkdtempSync(join(tmpdir(), 'majordomo-lint-'));
    try {
      for (let at = 0; at < files; at++) writeFileSync(join(cwd, `m${at}.js`), source(at, files));
      const jobs = Object.entries(RULES).map(([subject, rules]) => {
        const linter = linterOf(cwd, rules);
        return {
          metric: 'file',
          title: `${files} files, a file`,
          wire: '-',
          subject,
          per: files,
          run: async () => (await linter.lintFiles(['*.js'])).length,
        };
      });
      return await measure(context, { unit: 'µs CPU', jobs });
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  },
  goals: [
    {
      row: 'lint, no-raw-sdk',
      atMost: 150,
      unit: 'µs a file over a no-op rule',
      figure: (read) => read.excess('file', '-', 'no-op rule', 'no-raw-sdk'),
    },
    {
      row: 'lint, no-raw-sdk',
      atMost: 1,
      unit: '× no-restricted-imports',
      figure: (read) => read.ratio('file', '-', 'no-restricted-imports', 'no-raw-sdk'),
    },
  ],
};

const linterOf = (cwd, rules) =>
  new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.js'], plugins: { majordomo, bench: { rules: { noop } } }, rules }],
  });

/** Ten small functions; every fiftieth file breaks the rule. */
function source(at, files) {
  const lines = [
    "import fs from 'node:fs';",
    `import { a${at} } from './m${(at * 7) % files}.js';`,
    "import { z } from 'zod';",
    ...(at % 50 === 0 ? ["import OpenAI from 'openai';"] : []),
  ];
  for (let k = 0; k < 10; k++)
    lines.push(
      `export function f${k}(x, y) {`,
      `  const r = fs.existsSync(String(x)) ? a${at}(x, { y, z: z.string() }) : [x, y].map((v) => v * ${k});`,
      `  if (r > ${k}) return r;`,
      `  return f${(k + 1) % 10}(r, y);`,
      '}',
    );
  return lines.join('\n');
}
