import { expect, it } from 'vitest';
import { lint, messages, testReported } from './lint.ts';

const REPORTED: readonly (readonly [what: string, code: string])[] = [
  ['spawn', "import { spawn } from 'node:child_process';\nspawn('claude', ['-p', prompt]);"],
  ['a namespace', "import * as cp from 'child_process';\ncp.execFile('gemini', ['-p', 'hi']);"],
  ['require', 'const { execSync } = require(\'child_process\');\nexecSync(`opencode run "${prompt}"`);'],
  [
    'a dynamic import',
    "const { spawnSync } = await import('node:child_process');\nspawnSync('cursor-agent', ['-p']);",
  ],
  [
    'a promisified exec',
    "import { exec } from 'child_process';\nimport { promisify } from 'util';\nconst run = promisify(exec);\nrun('codex exec hi');",
  ],
  ['a path', "import { spawn } from 'child_process';\nspawn('/usr/local/bin/claude', []);"],
  [
    'node and a binary',
    "import { spawn } from 'child_process';\nspawn('node', ['node_modules/.bin/claude', '-p']);",
  ],
  [
    'a fork of an installed CLI',
    "import { fork } from 'child_process';\nfork('node_modules/@anthropic-ai/claude-code/cli.js');",
  ],
  ['a Windows shim', "import { spawn } from 'child_process';\nspawn('claude.cmd', ['-p']);"],
  [
    'a command from a constant',
    "import { spawn } from 'child_process';\nconst CLI = process.env.CLI ?? 'claude';\nspawn(CLI, ['-p']);",
  ],
  [
    'a part of a pipe',
    "import { exec } from 'child_process';\nexec('cat prompt.txt | claude -p > out.txt');",
  ],
  [
    'an environment before the command',
    "import { exec } from 'child_process';\nexec('CI=1 FOO=\"a b\" claude -p hi');",
  ],
  ['a shell', "import { spawn } from 'child_process';\nspawn('bash', ['-lc', 'cd app && claude -p hi']);"],
  ['npx', "import { spawn } from 'child_process';\nspawn('npx', ['-y', '@anthropic-ai/claude-code', '-p']);"],
  ['npx of a version', "import { exec } from 'child_process';\nexec('npx @openai/codex@latest exec hi');"],
  ['pnpm dlx', "import { exec } from 'child_process';\nexec('pnpm dlx @google/gemini-cli -p hi');"],
  ['timeout', "import { exec } from 'child_process';\nexec('timeout -k 5 60 claude -p hi');"],
  ['execa', "import { execa } from 'execa';\nawait execa('claude', ['-p', text]);"],
  ['the script form of execa', "import { $ } from 'execa';\nawait $`claude -p ${text}`;"],
  ['the script form with options', "import { $ } from 'execa';\nawait $({ cwd })`claude -p ${text}`;"],
  ['tinyexec', "import { x } from 'tinyexec';\nawait x('codex', ['exec', text]);"],
  ['zx', "import { $ } from 'zx';\nconst out = await $`echo ${text} | gemini`;"],
  ['Bun.spawn', "const child = Bun.spawn(['claude', '-p', text]);"],
  ['Bun.spawn with an object', "Bun.spawn({ cmd: ['claude', '-p', text], stdout: 'pipe' });"],
  ['the shell of Bun', 'const text = await Bun.$`opencode run hi`.text();'],
  ['Deno.Command', "const command = new Deno.Command('claude', { args: ['-p'] });"],
  ['an injected spawn', "export const ask = ({ spawn }) => spawn('claude', ['-p']);"],
  [
    'curl',
    "import { execFile } from 'child_process';\nexecFile('curl', ['-s', 'https://api.openai.com/v1/responses', '-d', body]);",
  ],
  [
    'curl in a shell line',
    "import { exec } from 'child_process';\nexec(`curl https://api.anthropic.com/v1/messages -H 'x-api-key: ${key}'`);",
  ],
  [
    'Python code that imports an SDK',
    "import { spawn } from 'child_process';\nspawn('python3', ['-c', 'import openai; print(1)']);",
  ],
  [
    'Python code that imports from an SDK',
    "import { exec } from 'child_process';\nexec('python -c \"from google.genai import Client\"');",
  ],
  [
    'a list in a variable',
    "import { spawn } from 'child_process';\nconst args = ['-c', 'claude -p hi'];\nspawn('sh', args);",
  ],
];

testReported('no-raw-cli', REPORTED);

it.each([
  "execFile('curl', ['https://example.com/v1/messages']);",
  "execFile('curl', ['https://api.openai.com/v1/models']);",
  "execFile('curl', [url]);",
  "spawn('python3', ['-c', 'import json; openai = 1']);",
  "spawn('python3', ['-c', 'import openai_harmless']);",
  "spawn('python3', ['openai.py']);",
])('accepts %s', (call) => {
  expect(lint(`import { execFile, spawn } from 'child_process';\n${call}`)).toEqual([]);
});

it('names the address and the replacement of a request', () => {
  const [first] = messages(
    "import { execFile } from 'child_process';\nexecFile('curl', ['https://api.openai.com/v1/responses']);",
  );
  expect(first?.message).toMatch(/curl to api\.openai\.com.*createOpenAI\(\)/);
});

it('accepts additional commands', () => {
  const code = "import { spawn } from 'child_process';\nspawn('house-agent', ['run']);";
  expect(lint(code)).toEqual([]);
  expect(lint(code, { options: { commands: ['house-agent'] } })).toEqual(['no-raw-cli:2']);
});

it('recommends a provider for the CLI', () => {
  const [first] = messages("import { spawn } from 'child_process';\nspawn('codex', []);");
  expect(first?.message).toContain("createCli({ cli: 'codex' })");
});
