import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { parseSkillFile } from '@majordomo/skills';
import { validate, version } from 'skills-ref';
import type { CaseResult, Suite } from '../suite.ts';
import { SKILL_CASES, type SkillCase } from './cases.ts';

/** Verdicts of the strict parser of skills, compared with those of the reference library. */
export const skills: Suite = {
  name: 'skills',
  standard: 'Agent Skills',
  version: `skills-ref ${version}`,
  async run() {
    const root = await mkdtemp(join(tmpdir(), 'skills-'));
    try {
      const cases = Object.entries(SKILL_CASES);
      return await Promise.all(cases.map(([id, one], at) => resultOf(id, one, join(root, String(at)))));
    } finally {
      await rm(root, { recursive: true });
    }
  },
};

async function resultOf(id: string, { folder, fields }: SkillCase, root: string): Promise<CaseResult> {
  const text = fields === undefined ? '# Forms\n' : `---\n${fields}\n---\n\n# Forms\n`;
  await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, folder, 'SKILL.md'), text);
  const reference = await validate(join(root, folder));
  const own = problemOf(text, folder);
  if ((reference.length === 0) === (own === undefined)) return { id, result: 'passed', messages: [] };
  const messages = [`skills-ref: ${reference.join('; ') || 'valid'}`, `majordomo: ${own ?? 'valid'}`];
  return { id, result: 'failed', messages };
}

/** Returns the reason for which the parser refuses the file, or `undefined` if the file is valid. */
function problemOf(text: string, folder: string): string | undefined {
  try {
    parseSkillFile(text, folder);
    return undefined;
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return error.message;
  }
}
