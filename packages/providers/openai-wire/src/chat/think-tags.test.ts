import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThinkSplitter } from './think-tags.ts';

interface Split {
  text: string;
  reasoning: string;
}

function split(...deltas: readonly string[]): Split {
  const all: Split = { text: '', reasoning: '' };
  const splitter = new ThinkSplitter({
    text: (text) => (all.text += text),
    reasoning: (text) => (all.reasoning += text),
  });
  for (const delta of deltas) splitter.push(delta);
  splitter.end();
  return all;
}

const CASES: readonly (readonly [string, string, string])[] = [
  ['<think>hm</think>\n\nYes.', 'Yes.', 'hm'],
  ['<THINKING depth="2">hm</thinking >Yes.', 'Yes.', 'hm'],
  ['<think\n>hm</think>Yes.', 'Yes.', 'hm'],
  ['<reasoning_scratchpad>a</REASONING_SCRATCHPAD>b', 'b', 'a'],
  ['So <thought>hm</thought>yes.', 'So yes.', 'hm'],
  ['One\n<think>a</think>\nTwo', 'One\n\nTwo', 'a'],
  ['<think>a <b>c</b> < d</think>e', 'e', 'a <b>c</b> < d'],
  ['<think>a</reasoning>b</think>c', 'c', 'a</reasoning>b'],
  ['<think>never closed', '', 'never closed'],
  ['<think>cut in its cl</thi', '', 'cut in its cl</thi'],
  ['  <think>indented</think>x', '  x', 'indented'],
  ['An orphan</think> goes.', 'An orphan goes.', ''],
  ['The <think> tag is prose.', 'The <think> tag is prose.', ''],
  ['The <think> tag\n<think>but this is not', 'The <think> tag\n', 'but this is not'],
  ['In `<think>a</think>` it is code.', 'In `<think>a</think>` it is code.', ''],
  ['```\n<think>\na\n</think>\n```\nend', '```\n<think>\na\n</think>\n```\nend', ''],
  ["It's 5` long\n<think>a</think>b", "It's 5` long\nb", 'a'],
  ['a < b and <thinker> and <i>x</i>', 'a < b and <thinker> and <i>x</i>', ''],
  ['<', '<', ''],
  ['x <thin', 'x <thin', ''],
];

describe('reasoning between tags', () => {
  it.each(CASES)('reads %j as text %j and reasoning %j', (raw, text, reasoning) => {
    expect(split(raw)).toEqual({ text, reasoning });
  });

  it('returns the same result at any chunk boundaries', () => {
    for (const [raw, text, reasoning] of CASES) {
      for (let size = 1; size <= 5; size++) {
        const deltas = raw.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(split(...deltas)).toEqual({ text, reasoning });
      }
    }
    const fragments = [
      '<think>',
      '</think>',
      '<Thinking a="b">',
      '</thinking>',
      '`',
      '```',
      '\n',
      'word ',
      '<',
      '>',
      '</',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...fragments), { maxLength: 20 }),
        fc.integer({ min: 1, max: 7 }),
        (parts, size) => {
          const raw = parts.join('');
          expect(split(...(raw.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []))).toEqual(split(raw));
        },
      ),
      { seed: 14, numRuns: process.env['SOAK'] === undefined ? 100 : 1000 },
    );
  });

  it('treats an opening tag inside a line as text if it is not closed soon', () => {
    const rest = 'word '.repeat(2000);
    expect(split(`The <think> tag ${rest}</think>`)).toEqual({
      text: `The <think> tag ${rest}`,
      reasoning: '',
    });
  });

  it('emits text as early as possible', () => {
    const emitted: string[] = [];
    const splitter = new ThinkSplitter({ text: (text) => emitted.push(text), reasoning: () => undefined });
    splitter.push('Hello <');
    splitter.push('b');
    expect(emitted).toEqual(['Hello ', '<b']);
  });
});
