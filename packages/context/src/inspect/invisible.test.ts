import { expect, it } from 'vitest';
import { invisibleIn } from './invisible.ts';

it.each<[string, readonly number[]]>([
  ['plain', []],
  ['\ufeffa', []],
  ['a\ufeff', [1]],
  ['a\u200bb\u2060c', [1, 3]],
  ['👩\u200d👩', []],
  ['👩\u200d♀', []],
  ['👩🏽\u200d💻', []],
  ['❤\ufe0f\u200d🔥', []],
  ['👩\u200da', [2]],
  ['👩\u200d', [2]],
  ['👩\u200c👩', [2]],
  ['a\u200d👩', [1]],
  ['\u200d👩', [0]],
  ['می\u200cخواهم', []],
  ['می\u200dخ', []],
  ['a\u200cb', [1]],
  ['क्\u200dष', []],
  ['क\u200bष', [1]],
  ['\u{1f1e9}\u{1f1ea}\u200d👩', []],
  ['\u{10ffff}\u200d👩', [2]],
])('the invisible characters of %j are at %j', (text, offsets) => {
  expect([...invisibleIn(text)]).toEqual(offsets);
});
