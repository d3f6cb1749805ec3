import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Skill, ToolContext, ToolOutput } from '@majordomo/agent';
import { image, type LlmError } from '@majordomo/core';
import { suiteFolder } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { loadSkills } from '../src/node.ts';

const root = suiteFolder();

function write(path: string, content: string | Uint8Array): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const skillText = (name: string, body: string): string =>
  `---\nname: ${name}\ndescription: Does ${name}.\n---\n${body}\n`;
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

write('own/forms/SKILL.md', skillText('forms', 'Fill them.'));
write('own/forms/references/pdf.md', 'About PDF.');
write('own/forms/assets/logo.png', PNG);
write('own/forms/assets/data.bin', new Uint8Array([0xff, 0xfe, 0x00]));
write('own/forms/.env', 'SECRET=1');
write('own/secret.txt', 'secret');
write('own/notes/README.md', 'no skill');
symlinkSync(join(root, 'own/secret.txt'), join(root, 'own/forms/leak.txt'));
symlinkSync(join(root, 'own'), join(root, 'own/forms/up'));
write('own/forms/.git/config', 'TOKEN');
write('own/forms/.GIT', 'gitdir: elsewhere');
symlinkSync('.env', join(root, 'own/forms/hidden.txt'));
symlinkSync('.git/config', join(root, 'own/forms/config.txt'));
symlinkSync('.git', join(root, 'own/forms/repository'));
symlinkSync('.GIT', join(root, 'own/forms/pointer.txt'));
symlinkSync('assets/logo.png', join(root, 'own/forms/image'));
write('shared/forms/SKILL.md', skillText('forms', 'Another way.'));
write('shared/tables/SKILL.md', skillText('tables', 'Read them.'));
write('broken/odd/SKILL.md', skillText('even', 'x'));
write('odd/odd/SKILL.md', skillText('even', 'x'));
write('broken/empty/SKILL.md', '');
write('broken/large/SKILL.md', skillText('large', '').padEnd(2 ** 20 + 1));
mkdirSync(join(root, 'broken/linked'));
symlinkSync(join(root, 'own/secret.txt'), join(root, 'broken/linked/SKILL.md'));
mkdirSync(join(root, 'broken/token'));
write('broken/token/.git/config', skillText('token', 'TOKEN'));
symlinkSync('.git/config', join(root, 'broken/token/SKILL.md'));
write('broken/fine/SKILL.md', skillText('fine', 'x'));

/** Calls a tool of the library. */
async function call(skill: Skill, name: string, args: Record<string, string>): Promise<ToolOutput> {
  const tool = skill.tools?.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool.run(args as never, {} as ToolContext);
}

describe('loadSkills', () => {
  it('finds the folders with a SKILL.md, and prefers the earlier root for two skills of one name', async () => {
    const skill = await loadSkills([join(root, 'own'), join(root, 'shared')]);
    expect(skill.instructions?.split('\n').slice(1)).toEqual([
      '- forms: Does forms.',
      '- tables: Does tables.',
    ]);
    expect(await call(skill, 'skill_read', { name: 'forms' })).toContain('Fill them.');
  });

  it('lists the files of a skill, except hidden ones and links', async () => {
    const skill = await loadSkills(join(root, 'own'));
    expect(await call(skill, 'skill_read', { name: 'forms' })).toBe(
      'Fill them.\n\nFiles of this skill, to be read with skill_file:\nassets/data.bin\nassets/logo.png\nreferences/pdf.md',
    );
  });

  it('reads the current body at each request', async () => {
    const skill = await loadSkills(join(root, 'shared'));
    write('shared/tables/SKILL.md', skillText('tables', 'Read them slowly.'));
    expect(await call(skill, 'skill_read', { name: 'tables' })).toBe('Read them slowly.');
  });

  it('loads skills with deviations and reports them, skips other folders, and throws with strict', async () => {
    const mismatch = 'name "even" must equal the name of its folder, "odd"';
    await expect(loadSkills(join(root, 'broken'), { strict: true })).rejects.toMatchObject({
      kind: 'config',
      message: `skills in ${join(root, 'broken/empty')}: the skill is invalid, because the file does not begin with YAML between lines of ---`,
    });
    const problems: LlmError[] = [];
    const skill = await loadSkills(join(root, 'broken'), { onProblem: (error) => problems.push(error) });
    expect(problems.map(({ message }) => message.replace(root, ''))).toEqual([
      'skills in /broken/empty: the skill was skipped (the skill is invalid, because the file does not begin with YAML between lines of ---); correct SKILL.md',
      'skills in /broken/large: the skill was skipped (SKILL.md has 1048577 bytes; the maximum is 1048576); correct SKILL.md',
      'skills in /broken/linked: the skill was skipped ("SKILL.md" is not a file inside the skill); correct SKILL.md',
      `skills in /broken/odd: the skill was loaded, but ${mismatch}; correct SKILL.md`,
      'skills in /broken/token: the skill was skipped ("SKILL.md" is not a file inside the skill); correct SKILL.md',
    ]);
    expect(skill.instructions?.split('\n').slice(1)).toEqual(['- fine: Does fine.', '- even: Does even.']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('the log is full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the log is full'))],
  ])('loads the readable skills if onProblem %s', async (_name, onProblem) => {
    const skill = await loadSkills(join(root, 'broken'), { onProblem });
    expect(skill.instructions?.split('\n').slice(1)).toEqual(['- fine: Does fine.', '- even: Does even.']);
  });

  it('emits a process warning for problems without onProblem', async () => {
    const warning = once(process, 'warning') as Promise<[Error]>;
    await loadSkills(join(root, 'odd'));
    const [{ name, message }] = await warning;
    expect([name, message.replace(root, '')]).toEqual([
      'MajordomoWarning',
      'skills in /odd/odd: the skill was loaded, but name "even" must equal the name of its folder, "odd"; correct SKILL.md',
    ]);
  });

  it('rejects a folder that does not exist', async () => {
    await expect(loadSkills(join(root, 'none'))).rejects.toMatchObject({ kind: 'config' });
  });

  it.each([
    [null, 'roots must be an array or string, not null'],
    [undefined, 'roots is missing'],
    [5, 'roots must be an array or string, not a number'],
    [new URL('file:///nowhere'), 'roots must be an array or string, not an object'],
    [new Set(['own']), 'roots must be an array or string, not an object'],
    [[join(root, 'own'), new URL('file:///nowhere')], 'roots[1] must be the path of a folder'],
    [[null], 'roots[0] must be the path of a folder'],
  ])('rejects %s, which is not a path', async (roots, message) => {
    const expectedError = {
      kind: 'config',
      message: expect.stringContaining(`loadSkills: ${message}`) as string,
    };
    await expect(loadSkills(roots as never)).rejects.toMatchObject(expectedError);
  });
});

describe('skill_file', () => {
  const read = async (path: string): Promise<ToolOutput> =>
    call(await loadSkills(join(root, 'own')), 'skill_file', { name: 'forms', path });

  it.each(['references/pdf.md', './references/pdf.md', 'references//pdf.md', 'references\\pdf.md'])(
    'reads %s',
    async (path) => {
      expect(await read(path)).toBe('About PDF.');
    },
  );

  it.each(['assets/logo.png', 'image'])('returns the image %s as an image part', async (path) => {
    expect(await read(path)).toEqual([image(PNG)]);
  });

  it.each([
    ['../secret.txt', 'is not allowed; use a relative path'],
    ['references/../../secret.txt', 'is not allowed; use a relative path'],
    ['..\\secret.txt', 'is not allowed; use a relative path'],
    [join(root, 'own/secret.txt'), 'is not allowed; use a relative path'],
    ['C:\\secret.txt', 'is not allowed; use a relative path'],
    ['.env', 'is not allowed; use a relative path'],
    ['', 'is not allowed; use a relative path'],
    ['references/pdf.md\0.png', 'is not allowed; use a relative path'],
    ['leak.txt', 'is not a file inside the skill'],
    ['up/secret.txt', 'is not a file inside the skill'],
    ['hidden.txt', 'is a link to a hidden file'],
    ['config.txt', 'is not a file inside the skill'],
    ['repository/config', 'is not a file inside the skill'],
    ['pointer.txt', 'is not a file inside the skill'],
    ['references', 'is not a file inside the skill'],
    ['.', 'is not a file inside the skill'],
    ['references/none.md', 'the skill has no file'],
    ['assets/data.bin', 'is not text'],
  ])('rejects %j: %s', async (path, reason) => {
    await expect(read(path)).rejects.toThrow(reason);
  });
});
