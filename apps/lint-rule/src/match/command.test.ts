import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandsIn, commandsOf } from './command.ts';

const programsIn = (line: string): readonly string[] => commandsIn(line).map(({ program }) => program);
const programsOf = (args: readonly string[]): readonly string[] =>
  commandsOf(args).map(({ program }) => program);

it.each([
  ['claude -p hi', ['claude']],
  ['cat a | claude -p > b', ['cat', 'claude']],
  ['cd app && npx -y @anthropic-ai/claude-code -p', ['cd', 'claude']],
  ['a; b\nc & d', ['a', 'b', 'c', 'd']],
  ['echo "x | claude" \'; codex\'', ['echo']],
  ['A=1 B="two words" gemini', ['gemini']],
  ['out=$(codex exec hi)', ['codex']],
  ['echo `opencode run`', ['echo', 'opencode']],
  ['sudo -u ann env -u HOME X=1 claude', ['claude']],
  ['timeout -k 5 60 nice -n 5 claude', ['claude']],
  ['pnpm dlx @openai/codex@latest exec', ['codex']],
  ['npm exec -- claude', ['claude']],
  ['npm install -g opencode-ai', []],
  ['bash -c "claude -p hi"', ['claude']],
  ['bash script.sh claude', []],
  ['./bin/claude.exe', ['claude']],
  ['"/opt/my tools/claude" -p', ['claude']],
  ['claude\\ code', ['claude code']],
  ['', []],
  ['X=1', []],
])('%j starts %j', (line, programs) => {
  expect(programsIn(line)).toEqual(programs);
});

it('does not split the arguments of a list', () => {
  expect(programsOf(['git', 'commit', '-m', 'a; claude'])).toEqual(['git']);
  expect(programsOf(['C:\\Tools\\claude.cmd', '-p'])).toEqual(['claude']);
  expect(programsOf(['sh', '-c', 'a; claude'])).toEqual(['a', 'claude']);
});

it('terminates for any line', () => {
  const piece = fc.constantFrom(
    'npx',
    'sh',
    '-c',
    'env',
    '"',
    "'",
    '`',
    '$(',
    '|',
    ';',
    '\\',
    ' ',
    'x',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      programsIn(pieces.join(''));
    }),
    { seed: 8, numRuns: 500 },
  );
});

it('returns the arguments of each program', () => {
  expect(commandsIn("sudo curl -s 'https://a.example/x' | python3 -c 'import json'")).toEqual([
    { program: 'curl', args: ['-s', 'https://a.example/x'] },
    { program: 'python3', args: ['-c', 'import json'] },
  ]);
});
