// Measures the cost of the plugin on generated files, compared with a no-op rule and with no-restricted-imports.
// Build first, then run: node --expose-gc bench/cost.mjs [files=500] [rounds=7] [plain|busy]
// Each round measures every variant. The result is the median of the differences within the rounds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ESLint, Linter } from 'eslint';
import majordomo from '../dist/index.js';

const files = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 7);
const BANNED = [
  'openai',
  '@anthropic-ai/sdk',
  '@google/genai',
  '@aws-sdk/client-bedrock-runtime',
  'ollama',
  'ai',
  '@ai-sdk/openai',
  '@langchain/openai',
  'langchain',
  'groq-sdk',
  'cohere-ai',
  '@mistralai/mistralai',
];

/** Returns a file with ten small functions. `busy` files also fetch, spawn and require, so that the rules cannot skip them. */
function source(index, busy) {
  let text = `import fs from 'node:fs';\nimport { a${index} } from './m${(index * 7) % files}.js';\nimport { z } from 'zod';\n`;
  if (index % 50 === 0) text += "import OpenAI from 'openai';\n";
  if (index % 50 === 1) text += "const q = await import('@anthropic-ai/sdk/core');\n";
  if (busy)
    text +=
      "import { spawn } from 'node:child_process';\nimport axios from 'axios';\nconst AI = require('./ai.js');\n";
  for (let k = 0; k < 10; k++) {
    const extra = busy
      ? ` fetch(\`\${x}/items/\${y}\`); AI.run(x); spawn('git', [x]); axios.post('/items', { x });`
      : '';
    text += `export function f${k}(x, y) { const r = fs.existsSync(String(x)) ? a${index}(x, { y, z: z.string() }) : [x, y].map((v) => v * ${k}); if (r > ${k}) { return r; }${extra} return f${(k + 1) % 10}(r, y); }\n`;
  }
  return text;
}

const noop = { meta: { type: 'problem', schema: [] }, create: () => ({ ImportDeclaration() {} }) };
const variants = {
  none: {},
  'no-op rule': { 'bench/noop': 'error' },
  'core no-restricted-imports': {
    'no-restricted-imports': ['error', { paths: BANNED, patterns: BANNED.map((name) => `${name}/*`) }],
  },
  'no-raw-sdk alone': { 'majordomo/no-raw-sdk': 'error' },
  'recommended (5 rules)': majordomo.configs.recommended.rules,
};

/**
 * Measures the traversal of parsed files, without reading and parsing. Uses the minimum of several traversals of each
 * file, which other load on the machine affects least.
 */
function walks(busy) {
  const linter = new Linter();
  const plugins = { majordomo, bench: { rules: { noop } } };
  const least = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let file = 0; file < 60; file++)
    for (let round = 0; round < rounds * 3; round++)
      for (const [name, rules] of Object.entries(variants)) {
        linter.verify(source(file, busy), [{}], 'src/x.js');
        const code = linter.getSourceCode();
        const start = process.hrtime.bigint();
        linter.verify(code, [{ plugins, rules }], { filename: 'src/x.js' });
        const took = Number(process.hrtime.bigint() - start) / 1000;
        least[name][file] = Math.min(least[name][file] ?? Infinity, took);
      }
  const mean = (name) => least[name].reduce((sum, value) => sum + value, 0) / least[name].length;
  for (const name of Object.keys(variants)) {
    const over = Math.round(mean(name) - mean('no-op rule'));
    console.log(`${name.padEnd(28)} ${Math.round(mean(name))} µs a walk, ${over} over no-op`);
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

for (const busy of process.argv[4] === 'busy'
  ? [true]
  : process.argv[4] === 'plain'
    ? [false]
    : [false, true]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lint-cost-'));
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < files; index++)
    writeFileSync(path.join(folder, `m${index}.js`), source(index, busy));
  const linters = Object.entries(variants).map(([name, rules]) => [
    name,
    new ESLint({
      cwd: folder,
      overrideConfigFile: true,
      overrideConfig: [{ files: ['**/*.js'], plugins: { majordomo, bench: { rules: { noop } } }, rules }],
    }),
  ]);
  const cpu = Object.fromEntries(linters.map(([name]) => [name, []]));
  const found = {};
  for (let round = -1; round < rounds; round++) {
    // The order rotates, because a variant that creates garbage slows down the next one.
    for (let step = 0; step < linters.length; step++) {
      const [name, linter] = linters[(step + round + 1) % linters.length];
      globalThis.gc?.();
      const start = process.cpuUsage();
      const results = await linter.lintFiles(['**/*.js']);
      const { user, system } = process.cpuUsage(start);
      found[name] = results.reduce((sum, result) => sum + result.errorCount, 0);
      if (round >= 0) cpu[name].push(user + system);
    }
  }
  console.log(`\n${files} files${busy ? ', busy' : ''}, ${rounds} rounds`);
  for (const name of Object.keys(variants)) {
    const over = median(cpu[name].map((value, round) => value - cpu['no-op rule'][round])) / files;
    // On a machine with other load, the minimum is more reliable than the median.
    const least = (Math.min(...cpu[name]) - Math.min(...cpu['no-op rule'])) / files;
    const ms = Math.round(median(cpu[name]) / 1000);
    console.log(
      `${name.padEnd(28)} ${ms} ms cpu; over no-op, µs/file: median ${Math.round(over)}, of the best rounds ${Math.round(least)}; ${found[name]} reports`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  walks(busy);
}
