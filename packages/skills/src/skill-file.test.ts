import { describe, expect, it } from 'vitest';
import { parseSkillFile } from './skill-file.ts';

const whole = `---
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
  it('has fields and a body', () => {
    expect(parseSkillFile(whole, 'pdf-forms')).toEqual({
      name: 'pdf-forms',
      description: 'Fills PDF forms. Use it when a form is to be filled.',
      license: 'Apache-2.0',
      compatibility: 'Needs pdftk',
      metadata: { author: 'me', version: '1.0' },
      allowedTools: ['Bash(pdftk:*)', 'Read'],
      body: '# Forms\n\nFill them.',
    });
  });

  it('may have little, a byte order mark, CRLF, and lines of --- in its body', () => {
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
    ['# Forms', undefined, 'it does not begin with YAML between lines of ---'],
    [skill('- a'), undefined, 'its front matter has no fields'],
    [skill('name: ['), undefined, 'its front matter is not YAML: '],
    [skill('description: b'), undefined, 'it has no name'],
    [skill('name: a'), undefined, 'it has no description'],
    [skill('name: a\ndescription: "  "'), undefined, 'it has no description'],
    [skill('name: [a]\ndescription: b'), undefined, 'name must be text'],
    [skill('name: PDF\ndescription: b'), undefined, 'name "PDF" must be lower-case letters'],
    [skill('name: a--b\ndescription: b'), undefined, 'name "a--b" must be'],
    [skill('name: -a\ndescription: b'), undefined, 'name "-a" must be'],
    [skill('name: a-\ndescription: b'), undefined, 'name "a-" must be'],
    [
      skill(`name: ${'a'.repeat(65)}\ndescription: b`),
      undefined,
      'name has 65 characters, at most 64 are allowed',
    ],
    [
      skill(`name: a\ndescription: ${'b'.repeat(1025)}`),
      undefined,
      'description has 1025 characters, at most 1024',
    ],
    [
      skill(`name: a\ndescription: b\ncompatibility: ${'c'.repeat(501)}`),
      undefined,
      'compatibility has 501 characters',
    ],
    [skill('name: a\ndescription: b\nmetadata: c'), undefined, 'metadata must be fields'],
    [skill('name: a\ndescription: b'), 'other', 'name "a" must be that of its folder, "other"'],
  ])('is refused: %j in %s', (text, folder, why) => {
    expect(() => parseSkillFile(text, folder)).toThrow(`no skill: ${why}`);
  });
});
