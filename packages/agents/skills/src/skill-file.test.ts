import { describe, expect, it } from 'vitest';
import { parseSkillFile, readSkillFile } from './skill-file.ts';

const COMPLETE_FILE = `---
name: pdf-forms
description: >
  Fills PDF forms.
  Use it when a form is to be filled.
license: Apache-2.0
compatibility: Needs pdftk
metadata:
  author: me
  version: 1.0
allowed-tools: Bash(pdftk:*) Read
---

# Forms

Fill them.
`;

describe('a SKILL.md', () => {
  it('is parsed into fields and a body', () => {
    expect(parseSkillFile(COMPLETE_FILE, 'pdf-forms')).toEqual({
      name: 'pdf-forms',
      description: 'Fills PDF forms. Use it when a form is to be filled.',
      license: 'Apache-2.0',
      compatibility: 'Needs pdftk',
      metadata: { author: 'me', version: '1.0' },
      allowedTools: ['Bash(pdftk:*)', 'Read'],
      body: '# Forms\n\nFill them.',
    });
  });

  it.each(['技能', 'навык', 'résumé', '1a2'])('accepts the name %s', (name) => {
    expect(parseSkillFile(skill(`name: ${name}\ndescription: b`), name).name).toBe(name);
  });

  it('compares composed forms of the name and the folder', () => {
    const text = skill(`name: ${'résumé'.normalize('NFD')}\ndescription: b`);
    expect(parseSkillFile(text, 'résumé').name).toBe('résumé'.normalize('NFC'));
  });

  it('can contain only the required fields, a byte order mark, CRLF, and lines of --- in its body', () => {
    const text = '\uFEFF---\r\nname: a1\r\ndescription: b\r\n---\r\nOne\r\n---\r\nTwo';
    expect(parseSkillFile(text)).toMatchObject({
      name: 'a1',
      description: 'b',
      license: undefined,
      metadata: {},
      allowedTools: [],
      body: 'One\r\n---\r\nTwo',
    });
  });

  const skill = (fields: string): string => `---\n${fields}\n---\n`;
  it.each([
    ['# Forms', undefined, 'the file does not begin with YAML between lines of ---'],
    [skill('- a'), undefined, 'the front matter has no fields'],
    [skill('name: ['), undefined, 'the front matter is not YAML: '],
    [skill('description: b'), undefined, 'the name is missing'],
    [skill('name: a'), undefined, 'the description is missing'],
    [skill('name: a\ndescription: "  "'), undefined, 'the description is missing'],
    [skill('name: [a]\ndescription: b'), undefined, 'name must be a string'],
    [skill('name: PDF\ndescription: b'), undefined, 'name "PDF" must consist of lower-case letters'],
    [skill('name: Навык\ndescription: b'), undefined, 'name "Навык" must consist of lower-case letters'],
    [
      skill('name: a\u1160b\ndescription: b'),
      undefined,
      'name "a\u1160b" must consist of lower-case letters',
    ],
    [skill('name: a--b\ndescription: b'), undefined, 'name "a--b" must consist of'],
    [skill('name: -a\ndescription: b'), undefined, 'name "-a" must consist of'],
    [skill('name: a-\ndescription: b'), undefined, 'name "a-" must consist of'],
    [
      skill(`name: ${'a'.repeat(65)}\ndescription: b`),
      undefined,
      'name has 65 characters; the maximum is 64',
    ],
    [
      skill(`name: a\ndescription: ${'b'.repeat(1025)}`),
      undefined,
      'description has 1025 characters; the maximum is 1024',
    ],
    [
      skill(`name: a\ndescription: b\ncompatibility: ${'c'.repeat(501)}`),
      undefined,
      'compatibility has 501 characters',
    ],
    [skill('name: a\ndescription: b\nmetadata: c'), undefined, 'metadata must be an object'],
    [skill('name: a\ndescription: b'), 'other', 'name "a" must equal the name of its folder, "other"'],
  ])('is rejected: %j in the folder %s', (text, folder, reason) => {
    expect(() => parseSkillFile(text, folder)).toThrow(`the skill is invalid, because ${reason}`);
  });
});

const NOT_YAML = expect.stringMatching(
  /^the front matter is not YAML: .*; its fields were read as plain text$/,
) as string;

/** YAML of a few hundred characters that expands to 9^6 values. */
const BOMB = ['a', 'b', 'c', 'd', 'e', 'f']
  .map(
    (name, at, all) =>
      `${name}: &${name} [${Array.from({ length: 9 }, () => (at === 0 ? 'x' : `*${all[at - 1]}`)).join()}]`,
  )
  .join('\n');

describe('a SKILL.md that deviates from the format', () => {
  const skillText = (front: string, body = 'Fill them.'): string =>
    `---\n${front}\n---\n# Title\n\n${body}\n`;

  it.each<[string, string, object, string[]]>([
    [
      'a title instead of a name',
      skillText('name: Cloudinary Automation\ndescription: b'),
      { name: 'forms' },
      [
        'name "Cloudinary Automation" must consist of lower-case letters and digits, separated by single hyphens',
      ],
    ],
    [
      'the name of another folder',
      skillText('name: other\ndescription: b'),
      { name: 'other' },
      ['name "other" must equal the name of its folder, "forms"'],
    ],
    ['no name', skillText('description: b'), { name: 'forms', description: 'b' }, ['the name is missing']],
    [
      'no description',
      skillText('name: forms'),
      { description: 'Fill them.' },
      ['the description is missing'],
    ],
    [
      'a long description',
      skillText(`name: forms\ndescription: ${'b'.repeat(1068)}`),
      { description: 'b'.repeat(1068) },
      ['description has 1068 characters; the maximum is 1024'],
    ],
    [
      'a description above the read limit',
      skillText(`name: forms\ndescription: ${'b'.repeat(9000)}`),
      { description: 'b'.repeat(4096) },
      ['description has 9000 characters; the maximum is 1024'],
    ],
    [
      'a description with a surrogate pair at the read limit',
      skillText(`name: forms\ndescription: ${'b'.repeat(4095)}😀`),
      { description: 'b'.repeat(4095) },
      ['description has 4097 characters; the maximum is 1024'],
    ],
    [
      'an unquoted colon',
      skillText('name: forms\ndescription: Use when: a form, e.g. "PDF": fill it'),
      { name: 'forms', description: 'Use when: a form, e.g. "PDF": fill it' },
      [NOT_YAML],
    ],
    [
      'a field of another tool that is not YAML',
      skillText('name: forms\nargument-hint: [file] [mode]\ntools: *\nglobs: **/*.pdf\ndescription: b'),
      { name: 'forms', description: 'b' },
      [NOT_YAML],
    ],
    [
      'a description that starts like a YAML list',
      skillText('name: forms\ndescription: [WIP] Fills forms\n  on all pages: every one'),
      { description: '[WIP] Fills forms on all pages: every one' },
      [NOT_YAML],
    ],
    [
      'quotes within quotes',
      skillText('name: forms\ndescription: "Use "this" for C:\\Users"'),
      { description: 'Use "this" for C:\\Users' },
      [NOT_YAML],
    ],
    [
      'a fold mark on the line of its text',
      skillText('name: forms\ndescription: > Fills'),
      { description: 'Fills' },
      [NOT_YAML],
    ],
    [
      'a repeated field, and tabs',
      skillText('name: draft\nname: forms\ndescription:\tb\nmetadata:\n\tauthor: me'),
      { name: 'forms', description: 'b' },
      [NOT_YAML, 'metadata must be an object'],
    ],
    [
      'aliases that expand exponentially',
      skillText(`name: forms\ndescription: b\n${BOMB}`),
      { description: 'b' },
      [NOT_YAML],
    ],
    [
      'a blank first line',
      `\n\n${skillText('name: forms\ndescription: b')}`,
      { name: 'forms', body: '# Title\n\nFill them.' },
      ['whitespace precedes the front matter'],
    ],
    [
      'lists instead of strings',
      skillText(
        'name: forms\ndescription: b\nlicense: [MIT, BSD]\nallowed-tools:\n  - Read\n  - Bash(git status:*)',
      ),
      { license: 'MIT, BSD', allowedTools: ['Read', 'Bash(git status:*)'] },
      ['license must be a string', 'allowed-tools must be a string'],
    ],
    [
      'a string instead of an object',
      skillText('name: forms\ndescription: b\nmetadata: c'),
      { metadata: {} },
      ['metadata must be an object'],
    ],
  ])('is read, and the problem reported: %s', (_, text, expected, problems) => {
    const { file, problems: reported } = readSkillFile(text, 'forms');
    expect(file).toMatchObject(expected);
    expect(reported).toEqual(problems);
    expect(() => parseSkillFile(text, 'forms')).toThrow('the skill is invalid, because ');
  });

  it.each([
    ['Read, Bash', ['Read', 'Bash']],
    ['Bash(git status:*) Read', ['Bash(git status:*)', 'Read']],
    ['Bash(a, b),Read', ['Bash(a, b)', 'Read']],
  ])('reads the allowed tools %s', (text, tools) => {
    expect(
      parseSkillFile(skillText(`name: forms\ndescription: b\nallowed-tools: ${text}`)).allowedTools,
    ).toEqual(tools);
  });

  it.each([
    ['no front matter', '# Forms'],
    ['neither a description nor body text', '---\nname: forms\n---\n# Title\n'],
    [
      'front matter above the size limit',
      `---\nname: forms\ndescription: b\nx: ${'y'.repeat(65_600)}\n---\n`,
    ],
  ])('with %s is rejected', (_, text) => {
    expect(() => readSkillFile(text, 'forms')).toThrow('the skill is invalid, because ');
  });
});

it('when_to_use, a field of Claude Code, is appended to the description', () => {
  const whenToUse = 'when_to_use: When a form is to be filled.';
  const read = (fields: string): string =>
    parseSkillFile(`---\nname: forms\n${fields}\n---\nFill.`).description;
  expect(read(`description: Fills forms.\n${whenToUse}`)).toBe('Fills forms. When a form is to be filled.');
  expect(read(whenToUse)).toBe('When a form is to be filled.');
});

it('an allowed tool can contain nested parentheses', () => {
  const text = '---\nname: forms\ndescription: b\nallowed-tools: Bash(echo $(date):*), Read\n---\nFill.';
  expect(parseSkillFile(text).allowedTools).toEqual(['Bash(echo $(date):*)', 'Read']);
});
