import { describe, expect, test } from 'vitest';
import { superlinear } from '../../src/expressions/growth.ts';
import { expressionsIn } from '../../src/expressions/literals.ts';
import { published, read, sourcesOf } from '../../src/repository.ts';

const OWN_TABLE = "words of the table of vendors, against an address in the app's own source";

const OWN_CHECK = 'expressions of the app, and those of pii-rules.ts, which are checked above';

const AFTER_START = 'shapes of keys after a start that is not inside a word, and with bounded repetition';

const OWN_NAMES = 'a token and a number of the package, against names of files in a folder';

const IN_PIECES = 'shapes of tokens and of the app, against pieces of bounded length';

/** Expressions that only the running program knows, each with what bounds it. */
const MADE_LATER: Readonly<Record<string, string>> = {
  'apps/lint-rule/src/match/address.ts new RegExp(`${segments(entry.path)}/?(?:[?#]|$)`)': OWN_TABLE,
  "apps/lint-rule/src/match/address.ts new RegExp(`^${escape(entry.host).replaceAll('*', '[^./]+')}(?::\\\\d+)?$`, 'i')":
    OWN_TABLE,
  'apps/lint-rule/src/match/address.ts new RegExp(`^${segments(path)}`)': OWN_TABLE,
  "apps/lint-rule/src/match/address.ts new RegExp(compiled.map(({ pattern }) => pattern.source).join('|'))":
    OWN_TABLE,
  "apps/lint-rule/src/match/glob.ts new RegExp(`^(?:${globs.map(source).join('|')})$`)":
    'globs of the app, against paths of its own files',
  "packages/agents/guards/src/checks.ts new RegExp(source, flags.replace(/[gy]/g, ''))": OWN_CHECK,
  'packages/agents/guards/src/find-values.ts new RegExp(`^(?:${pattern.source})$`, flags)': OWN_CHECK,
  "packages/agents/guards/src/find-values.ts new RegExp(pattern.source, `${flags}g${group > 0 ? 'd' : ''}`)":
    OWN_CHECK,
  "packages/base/core/src/errors/redact.ts new RegExp(String.raw`${START_OF_NAME}eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]{8,}`, 'g')":
    AFTER_START,
  'packages/base/core/src/errors/redact.ts new RegExp(start + pattern.source, `g${pattern.flags}`)':
    AFTER_START,
  "packages/base/redact/src/escape.ts new RegExp(String.raw`(?:${ESCAPE})(?=[ \\t]{0,8}(?:${PLACE}))`, 'g')":
    AFTER_START,
  'packages/calls/batch/src/files/input-file.ts new RegExp(`^${PREFIX}${batch}-(?<fence>\\\\d+)\\\\${SUFFIX}$`)':
    OWN_NAMES,
  'packages/base/redact/src/patterns.ts new RegExp(pattern.source, flags)': IN_PIECES,
  'packages/base/redact/src/tokens/table.ts new RegExp(String.raw`\\b${shape}`)': IN_PIECES,
  'packages/base/redact/src/tokens/table.ts new RegExp(shape)': IN_PIECES,
  "packages/base/redact/src/tokens/table.ts new RegExp(shape, 'y')": IN_PIECES,
};

const found = published
  .flatMap(sourcesOf)
  .flatMap((file) => expressionsIn(file, read(file)).map((expression) => ({ file, ...expression })));

const byText = new Map(
  found.flatMap(({ file, line, literal, isGlobal }) =>
    literal === undefined ? [] : [[`${literal} ${isGlobal}`, { file, line, literal, isGlobal }] as const],
  ),
);

test.each([...byText.values()])(
  '$file:$line $literal grows with its text, not faster',
  ({ file, line, literal, isGlobal }) => {
    const remedy = `${file}:${line}: bound the repetition, or anchor the expression`;
    expect(superlinear(literal, isGlobal), remedy).toBeUndefined();
  },
);

test('every other expression has a reason', () => {
  const made = found.filter(({ literal }) => literal === undefined);
  const texts = new Set(made.map(({ file, text }) => `${file} ${text.replaceAll(/\s+/g, ' ')}`));
  const remedy = 'list the expression with what bounds it in MADE_LATER of this test, or remove it there';
  expect([...texts].sort(), remedy).toEqual(Object.keys(MADE_LATER).sort());
});

describe('the gate sees', () => {
  test.each([
    [/<[^>]*>|\s+/g, 'each opening reads to the end'],
    [/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g, 'each digit is a beginning'],
    [/thinking[^]*(?:signature|bound to)|signature[^]*thinking/i, 'each word is a beginning'],
    [/(\\*)"/g, 'each backslash is a beginning'],
    [/(\\+)$/, 'each backslash is a beginning'],
    [/\/+$/, 'each slash is a beginning'],
    [/^\s*export\s/m, 'each line is a beginning'],
    [/^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i, 'three runs of the same'],
    [/(?:tool|function)[\w ]*(?:message|output)s?\b.*\b(?:text)s?\b/i, 'a word inside of a run'],
    [/^(a+)+$/, 'a run of runs'],
    [/^(?:a|aa)*$/, 'two ways to read the same'],
    [/(?=.*x)y/, 'a look ahead from each place'],
    [/(?<=x.*)y/, 'a look back from each place'],
    [/\s+(?=\n)/, 'blanks before a line end'],
  ])('%s: %s', (expression) => {
    expect(superlinear(String(expression), expression.global)).toBeDefined();
  });

  test.each([
    /<[^<>]*>|\s+/g,
    /(?<!\/)\/+$/,
    /^\s+|\s+/,
    /^[a-z-]{3,20}\s+(\S{3,})$/i,
    /json_schema[^.]{0,60}(?:not supported|unsupported)/i,
    /(?<!\d)\d+(?!\d)/,
    /^"(?:[^"\\]|\\.)*"/,
    /thinking(?:(?!thinking)[^])*signature/i,
  ])('that %s is linear', (expression) => {
    expect(superlinear(String(expression), expression.global)).toBeUndefined();
  });
});
