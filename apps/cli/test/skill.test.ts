import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { world } from './world.ts';

const CORE = join(import.meta.dirname, '../../../packages/base/core');
const SKILL = readFileSync(join(CORE, 'skills/majordomo/SKILL.md'), 'utf8');

it('writes the skill of core to the folder of skills, also repeatedly', async () => {
  using cli = world({});
  for (let time = 0; time < 2; time++) {
    const { code, out } = await cli.run('skill');
    expect([code, out]).toEqual([0, expect.stringContaining('.agents/skills/majordomo/SKILL.md')]);
  }
  expect(readFileSync(join(cli.cwd, '.agents/skills/majordomo/SKILL.md'), 'utf8')).toBe(SKILL);
});

it('replaces another text only with --force', async () => {
  using cli = world({});
  mkdirSync(join(cli.cwd, 'own/majordomo'), { recursive: true });
  const file = join(cli.cwd, 'own/majordomo/SKILL.md');
  writeFileSync(file, 'mine');
  const refused = await cli.run('skill', 'own');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--force replaces it')]);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect((await cli.run('skill', 'own', '--force')).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(SKILL);
});

it('has at most 300 lines, and a name and a description for agents', () => {
  expect(SKILL.split('\n').length).toBeLessThanOrEqual(300);
  expect(SKILL).toMatch(/^---\nname: majordomo\ndescription: .{50,1024}\n---\n/);
});
