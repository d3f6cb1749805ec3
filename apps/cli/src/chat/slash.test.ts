import { expect, it } from 'vitest';
import { slashHelp, slashOf } from './slash.ts';

it.each([
  ['What is a butler?', undefined],
  [' /etc/passwd, what is that?', undefined],
  ['/quit', { name: 'quit', rest: '' }],
  ['/exit', { name: 'quit', rest: '' }],
  ['/model  lab/x,fast ', { name: 'model', rest: 'lab/x,fast' }],
  ['/system Be brief.\nAlways.', { name: 'system', rest: 'Be brief.\nAlways.' }],
])('parses %j', (line, expected) => {
  expect(slashOf(line)).toEqual(expected);
});

it.each([
  ['/modle x', '/modle is not a command and was not sent; did you mean "/model"? /help'],
  ['/constructor', '/constructor is not a command and was not sent; /help'],
  ['/', '/ is not a command'],
])('%j is not sent', (line, problem) => {
  expect(slashOf(line)).toEqual({ name: undefined, problem: expect.stringContaining(problem) });
});

it('aligns the descriptions of /help', () => {
  const lines = slashHelp().split('\n');
  expect(lines.filter((line) => line.startsWith('/')).map((line) => line.search(/ \S/))).toEqual(
    Array(12).fill(9),
  );
});
