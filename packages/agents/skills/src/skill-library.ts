import { defineTool, type Skill, type ToolOutput } from '@majordomo/agent';
import { LlmError } from '@majordomo/core';
import { defineSkill } from './define-skill.ts';
import { objectSchema } from './object-schema.ts';
import type { SkillFile } from './skill-file.ts';

/** Skill folder, for example on disk, in a bundle or in a bucket. */
export interface SkillFolder extends Pick<SkillFile, 'name' | 'description'> {
  /** Returns the body of the `SKILL.md`. Called each time the model requests the body. */
  body(): string | Promise<string>;
  /** Returns the paths of all files except `SKILL.md`, relative to the folder, with forward slashes. */
  files(): readonly string[] | Promise<readonly string[]>;
  /** Returns a file's content for the model. Must throw an error if the path is outside the folder. */
  read(path: string): ToolOutput | Promise<ToolOutput>;
}

const MAX_FILES_SHOWN = 200;

/**
 * Returns one skill for several skill folders. The instructions contain the folders' names and descriptions. `skill_read` returns
 * the body of a `SKILL.md`, and `skill_file` returns another file. Throws `config` if two folders have the same name.
 */
export function skillLibrary(folders: readonly SkillFolder[]): Skill {
  // `defineSkill` rejects a skill without instructions and tools.
  if (folders.length === 0) return { name: 'skills' };
  const byName = new Map<string, SkillFolder>();
  for (const folder of folders) {
    if (byName.has(folder.name))
      throw new LlmError('config', `two skill folders are named "${folder.name}"; rename one of them`);
    byName.set(folder.name, folder);
  }
  // The tool's schema allows only known names.
  const find = (name: unknown): SkillFolder => {
    const folder = byName.get(typeof name === 'string' ? name : '');
    if (folder === undefined) throw new Error(`unknown skill; available: ${[...byName.keys()].join(', ')}`);
    return folder;
  };
  const nameSchema = { type: 'string', enum: [...byName.keys()] };
  return defineSkill({
    name: 'skills',
    instructions: instructionsFor(folders),
    tools: [
      defineTool({
        name: 'skill_read',
        description: 'Returns the instructions of a skill, and the paths of its files.',
        parameters: objectSchema({ name: nameSchema }),
        run: ({ name }) => bodyWithFiles(find(name)),
      }),
      defineTool({
        name: 'skill_file',
        description: 'Returns a file of a skill by its path.',
        parameters: objectSchema({
          name: nameSchema,
          path: { type: 'string', description: 'Such as references/forms.md' },
        }),
        run: ({ name, path }) => find(name).read(typeof path === 'string' ? path : ''),
      }),
    ],
  });
}

const instructionsFor = (folders: readonly SkillFolder[]): string =>
  [
    'These skills are available. Before a task that matches the description of a skill, read it with skill_read and follow it.',
    ...folders.map(({ name, description }) => `- ${name}: ${description.replaceAll(/\s+/g, ' ')}`),
  ].join('\n');

async function bodyWithFiles(folder: SkillFolder): Promise<string> {
  const [body, files] = await Promise.all([folder.body(), folder.files()]);
  if (files.length === 0) return body;
  const more = files.length > MAX_FILES_SHOWN ? `\n… and ${files.length - MAX_FILES_SHOWN} more` : '';
  return `${body}\n\nFiles of this skill, to be read with skill_file:\n${files.slice(0, MAX_FILES_SHOWN).join('\n')}${more}`;
}
