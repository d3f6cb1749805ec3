import { expect, it } from 'vitest';
import { withoutThinking } from './without-thinking.ts';

it.each([
  ['a block at the start', '<think>hm</think>Answer', 'Answer'],
  ['a block with attributes', '<thinking kind="deep">hm</thinking>Answer', 'Answer'],
  ['several blocks', 'One\n<think>a</think>two\n<reasoning>b</reasoning>three', 'One\ntwo\nthree'],
  ['an indented block', 'One\n \t<think>hm</think>two', 'One\n \ttwo'],
  ['a block that never closes', 'One\n<think>hm', 'One'],
  ['a closing tag that is cut', 'One\n<think>hm</think', 'One'],
  ['a block whose opening tag is missing', 'hm</think>Answer', 'Answer'],
  ['two blocks in a row', '<think>a</think>\n<think>b</think>c', 'c'],
  ['a block in uppercase', '<THINK>a</Think>b', 'b'],
  ['a block that another tag closes', '<think>a</reasoning>b', ''],
  ['text before a closing tag and a later block', 'a</think>b\n<think>c</think>d', 'b\nd'],
  ['a block after text with a closing tag', 'x\n<think>a</think>b</think>c', 'x\nb</think>c'],
  ['spaces around the answer', '<think>a</think>\n\n b \n', 'b'],
  ['spaces before a block that never closes', ' a \n<think>hm', 'a'],
  ['a closing tag with space', '<think>hm</think >Answer', 'Answer'],
])('removes %s', (_what, text, expected) => {
  expect(withoutThinking(text)).toBe(expected);
});

it.each([
  'Use <think> in prose',
  'a <think>b',
  'a\t<think>b</think>',
  'a<think>b</think>c',
  'x <b>bold</b> y',
])('leaves %j unchanged', (text) => {
  expect(withoutThinking(text)).toBe(text);
});

it('ignores an opening tag within a block', () => {
  expect(withoutThinking('<think>a\n<think>b</think>Answer')).toBe('Answer');
});
