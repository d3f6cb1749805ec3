import { LlmError, messageOf } from '@majordomo/core';
import type { McpServer } from '@modelcontextprotocol/server';
import { loadServerSkills } from '../sdk.ts';

/** Catalog of the skills of a folder. */
export interface SkillsFolder {
  attach(server: McpServer): void;
}

/** Loads the skills of a folder. Throws `config` if the folder cannot be read. */
export async function loadSkillsFolder(
  folder: string,
  onError: ((error: unknown) => void) | undefined,
): Promise<SkillsFolder> {
  const { loadSkills } = await loadServerSkills();
  try {
    return await loadSkills(folder, {
      onWarning: ({ path, message }) => onError?.(new Error(`skillsFolder: ${path}: ${message}`)),
    });
  } catch (cause) {
    const message = `serveMcp: skillsFolder cannot be read: ${messageOf(cause)}`;
    throw new LlmError('config', message, { path: 'skillsFolder' }, { cause });
  }
}
