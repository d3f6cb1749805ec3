import { expect, it } from 'vitest';
import { lacksThinking } from './turns.ts';

const KINDS = {
  isThinking: (block: string) => block === 'thinking',
  isResult: (block: string) => block === 'result',
};
const turns = (...contents: readonly string[]): { role: string; content: string[] }[] =>
  contents.map((blocks, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: blocks.split(' '),
  }));

it.for([
  ['a plain question', ['text'], false],
  ['a turn that began with thinking', ['text', 'thinking call', 'result'], false],
  ['a turn that began without thinking', ['text', 'call', 'result'], true],
  [
    'a turn that began with thinking and continued without',
    ['text', 'thinking call', 'result', 'call', 'result'],
    false,
  ],
  [
    'a turn that began without thinking and continued with it',
    ['text', 'call', 'result', 'thinking call', 'result'],
    true,
  ],
  ['a finished turn without thinking', ['text', 'call', 'result', 'text', 'text'], false],
] as const)('%s', ([, contents, expected]) => {
  expect(lacksThinking(turns(...contents), KINDS)).toBe(expected);
});
