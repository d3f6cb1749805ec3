import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canBeContinued, ContinuationJoiner } from './continuation-joiner.ts';

/** Returns the joined and the removed text for a continuation that arrives in chunks of `length`. */
function join(first: string, continuation: string, length: number): { text: string; removed: string } {
  const joint = new ContinuationJoiner(first);
  const all = { text: first, removed: '' };
  const add = ({ text, removed }: { text: string; removed: string }): void => {
    all.text += text;
    all.removed += removed;
  };
  for (let at = 0; at < continuation.length; at += length)
    add(joint.push(continuation.slice(at, at + length)));
  add(joint.end());
  return all;
}

const joinedText = (first: string, continuation: string, length: number): string =>
  join(first, continuation, length).text;

/** Different words that contain only letters. */
const numbered = (count: number): string =>
  Array.from({ length: count }, (_, at) =>
    `w${at}`.replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit))),
  ).join(' ');

const story = 'Once upon a time there was a fox who lived at the edge of the wood. Every';
const code = 'Look:\n\n```ts\nexport const answer = 42;\nexport const qu';
const longCode = `Look:\n\n\`\`\`ts\n${numbered(200)}\nexport const qu`;
const REFRAIN = 'there we all go again\n'.repeat(2);
const list = 'Buy this:\n\n1. flour and butter\n2. a dozen of eggs, and milk\n';

/** `added`: the text that is added to the first text. By default, it is the complete continuation. */
const CASES: readonly (readonly [name: string, first: string, continuation: string, added?: string])[] = [
  ['continues in the middle of a word', 'The quick bro', 'wn fox.'],
  ['continues with a space', story, ' morning it ran.'],
  ['continues without one', `${story} `, 'morning it ran.'],
  ['begins a paragraph', 'A sentence.\n', '\nAnother.'],
  [
    'repeats the last 40 characters or more',
    story,
    'a fox who lived at the edge of the wood. Every morning it ran.',
    ' morning it ran.',
  ],
  [
    'repeats the last sentence',
    'First. The second one is this, and it is long enough. ',
    'The second one is this, and it is long enough. Third.',
    'Third.',
  ],
  ['repeats everything', story, `${story} morning it ran.`, ' morning it ran.'],
  ['repeats everything and stops', story, story, ''],
  ['repeats the beginning and stops', story, story.slice(0, 45)],
  ['repeats less than 40 characters', story, 'edge of the wood. Every'],
  ['repeats a last word', 'He studied electroencephalography', 'electroencephalography and more.'],
  ['begins like the text', story, 'Once upon another time.'],
  ['adds nothing', story, ''],
  ['adds only white space', `${story} `, ' '],
  ['introduces itself', story, 'Continuing: morning it ran.', ' morning it ran.'],
  ['introduces itself after a space', `${story} `, 'Continuing: morning it ran.', 'morning it ran.'],
  [
    'introduces itself, and repeats',
    story,
    'Continuing from where I left off:\n\na fox who lived at the edge of the wood. Every morning.',
    ' morning.',
  ],
  [
    'starts with a friendly phrase',
    story,
    'Sure! Here is the rest of the story:\na fox who lived at the edge of the wood. Every morning.',
    ' morning.',
  ],
  [
    'introduces itself in parentheses',
    story,
    '(Continuing from above)\n morning it ran.',
    ' morning it ran.',
  ],
  ['contains only a friendly phrase', story, 'Of course! Continuing:', ''],
  [
    'introduces itself, and begins with white space',
    'The fox ran over it.',
    'Continuing:\n\n\n\n- First it looked.',
    '\n\n- First it looked.',
  ],
  [
    'introduces itself, and continues a line',
    'Over the hill the fox ran',
    'Continuing:\n and ran.',
    ' and ran.',
  ],
  ['starts with a phrase that only resembles a friendly one', story, ' surely missed it.'],
  ['continues with "continued"', 'To be ', 'continued...'],
  [
    'introduces the continuation with a colon',
    '# Courses\n\nWe offer this. ',
    'Continuing education: see below.',
  ],
  ['continues inside a block of code', code, 'estion = 6 * 9;\n```\n'],
  ['opens the block again', code, '```ts\nestion = 6 * 9;\n```\n', 'estion = 6 * 9;\n```\n'],
  ['opens a long block again', longCode, '```ts\nestion = 6 * 9;\n```\n', 'estion = 6 * 9;\n```\n'],
  ['only closes a long block', longCode, '```'],
  [
    'opens the second block again',
    `\`\`\`ts\nrun();\n\`\`\`\n\n${code}`,
    '```ts\nestion = 6 * 9;\n',
    'estion = 6 * 9;\n',
  ],
  ['begins a block after two others', '```ts\nrun();\n```\n\n```ts\nstop();\n```\n\n', '```ts\ngo();\n```\n'],
  ['ends the block', `${code}x = 1;\n`, '```\nThat is all.'],
  ['begins a block where none is open', 'This is how it is done:\n', '```ts\nrun();\n```'],
  ['begins a block inside a longer fence', '````md\n# How to run it\n\n', '```ts\nrun();\n```\n````'],
  [
    'continues a longer fence that has a block inside',
    '````md\n```ts\nrun();\n```\n',
    '```py\nrun()\n```\n````',
  ],
  ['begins a block inside a fence of another character', '~~~text\nType this:\n', '```sh\nls\n```\n~~~'],
  [
    'begins a block of another language inside a document',
    '```markdown\n# How to run it\n\n',
    '```sh\nls\n```\n',
  ],
  ['continues a list', list, '3. sugar\n'],
  [
    'repeats the entries of a list',
    list,
    '1. flour and butter\n2. a dozen of eggs, and milk\n3. sugar\n',
    '3. sugar\n',
  ],
  [
    'repeats a surrogate pair that was cut',
    'A face at the end \uD83D',
    '\uD83D\uDE00 and on.',
    '\uDE00 and on.',
  ],
  ['starts with the second half of a cut surrogate pair', 'A face at the end \uD83D', '\uDE00 and on.'],
];

describe('a continuation', () => {
  for (const [name, first, continuation, added = continuation] of CASES) {
    it(name, () => {
      for (const length of [1, 3, 7, continuation.length + 1])
        expect(joinedText(first, continuation, length)).toBe(first + added);
    });
  }

  it('reports the removed text', () => {
    const repetition = 'a fox who lived at the edge of the wood. Every';
    expect(join(story, `Continuing:\n${repetition} morning.`, 5)).toEqual({
      text: `${story} morning.`,
      removed: `Continuing:\n${repetition}`,
    });
    expect(join(story, ' morning.', 5).removed).toBe('');
  });

  it.each([
    [
      'a matrix',
      '{"grid": [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0,',
      ' 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]]}',
    ],
    ['closing tags', '<div><div><div><div><div><div>Hi</div></div></div>', '</div></div></div>'],
    [
      'the delimiter row of a table',
      '| a | b | c | d | e | f |\n|---|---|---|',
      '---|---|---|\n| 1 | 2 | 3 |',
    ],
    ['digits', `key = 0x${'0'.repeat(60)}`, `${'0'.repeat(60)}1`],
    ['null', `VALUES (${'NULL, '.repeat(12)}`, `${'NULL, '.repeat(12)}7);`],
    [
      'a row',
      'Ada Lovelace, London, mathematics, 1815\n'.repeat(2),
      'Ada Lovelace, London, mathematics, 1815\nEnd',
    ],
    [
      'a row that was cut after its first copy',
      'Ada Lovelace, London, mathematics, 1815\n',
      'Ada Lovelace, London, mathematics, 1815\nAda Lovelace, London',
    ],
    ['two identical lines', `Sing: ${REFRAIN}`, `${REFRAIN}The end.`],
    ['a chorus', `${story}\nOf dogs and men, and of the sea.\n${story}\n`, `${story}\nAnd so on.`],
  ])('loses nothing of %s that continues exactly', (_, first, continuation) => {
    for (const length of [1, 5, continuation.length])
      expect(joinedText(first, continuation, length)).toBe(first + continuation);
  });

  it.each([
    ['8 characters', 'Look-far away', ''],
    ['8 characters at the beginning', 'far away', ''],
    ['7 characters', 'Look-bar away', '\nThe fox ran over the green hill and far away'],
  ])('repeats text that %s before it have the same end', (_, before, removed) => {
    const line = '\nThe fox ran over the green hill and far away';
    expect(join(`${before}${line}`, `${line}, home.`, 5).removed).toBe(removed);
  });

  it('loses nothing of random and repetitive documents', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', 'd', 'e', 'i', 'l', 'm', 'n', 'o', 'r', 's', 't', 'u'),
      minLength: 2,
      maxLength: 9,
    });
    const line = fc.array(word, { minLength: 6, maxLength: 14 }).map((words) => `${words.join(' ')}.\n`);
    const repeated = (piece: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.tuple(piece, fc.integer({ min: 3, max: 40 })).map(([text, times]) => text.repeat(times));
    const lines = fc
      .tuple(fc.uniqueArray(line, { minLength: 2, maxLength: 5 }), fc.array(fc.nat(4), { maxLength: 30 }))
      .map(([pool, order]) => [...pool, ...order.map((at) => pool[at % pool.length])].join(''));
    const numbers = fc
      .array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 6, maxLength: 6 }), {
        minLength: 2,
        maxLength: 20,
      })
      .map((rows) => JSON.stringify(rows));
    const documents = fc.oneof(
      fc.array(line, { minLength: 1, maxLength: 20 }).map((all) => all.join('')),
      repeated(line),
      repeated(
        fc.constantFrom('</div>', '0', '0, ', 'NULL, ', '---|', '\n', '    ', 'Ja ja, nein, ', '},\n  {\n'),
      ),
      lines,
      numbers,
      fc.string({ unit: 'grapheme', minLength: 2, maxLength: 200 }),
    );
    fc.assert(
      fc.property(documents, fc.nat(), fc.integer({ min: 1, max: 30 }), (text, cut, length) => {
        const at = cut % (text.length + 1);
        expect(join(text.slice(0, at), text.slice(at), length)).toEqual({ text, removed: '' });
      }),
      { numRuns: process.env['SOAK'] === undefined ? 50 : 2000, seed: 20_261_123 },
    );
  });

  it.each([
    [39, ''],
    [40, numbered(90).slice(-40)],
  ])('removes a repetition of 40 characters or more: %d', (length, removed) => {
    const first = numbered(90);
    expect(join(first, `${first.slice(-length)}; the end.`, 5).removed).toBe(removed);
  });

  it.each(['Hello world.', 'The first half of it', 'The first half of it, about 39 signs lo'])(
    'removes a repetition of the complete short text "%s"',
    (text) => {
      expect(joinedText(text, `${text} and the rest.`, 5)).toBe(`${text} and the rest.`);
    },
  );

  it.each([
    ['Hello world.', true],
    ['Hello worl', false],
    ['Internationalization', false],
    ['1, 2, 3, 4, 5, 6, 7', false],
    ['ja nein ja nein ja nein ', false],
    ['1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13', true],
  ])('continues "%s": %s', (text, isContinued) => {
    expect(canBeContinued(text)).toBe(isContinued);
  });

  it('removes a repetition of two different words or more', () => {
    const pair = 'electroencephalography immunoelectrophoresis';
    expect(join(`He studied ${pair}`, `${pair}, and more.`, 5).removed).toBe(pair);
  });

  it('ignores repetitions of more than 400 characters, unless of the complete text', () => {
    const long = numbered(200);
    const end = long.slice(-401);
    expect(joinedText(long, `${end} on`, 9)).toBe(`${long}${end} on`);
    expect(joinedText(long, `${long.slice(-400)} on`, 9)).toBe(`${long} on`);
    expect(joinedText(long, `${long} on`, 9)).toBe(`${long} on`);
  });

  it('holds back as little text as possible', () => {
    const joint = new ContinuationJoiner(story);
    expect(joint.push(' mor').text).toBe(' mor');
    expect(new ContinuationJoiner(story).push('edge of the').text).toBe('edge of the');
    expect(new ContinuationJoiner(story).push('a fox who lived').text).toBe('');
    const long = numbered(200);
    expect(new ContinuationJoiner(long).push(long.slice(-401, -350)).text).toBe(long.slice(-401, -350));
  });

  it('takes linear time, also if everything is repeated', () => {
    const long = numbered(20_000);
    expect(joinedText(long, `${long} Done.`, 4) === `${long} Done.`).toBe(true);
  });
});
