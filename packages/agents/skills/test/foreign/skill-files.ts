import { LlmError } from '@majordomo/core';
import type { FuzzTarget } from '@majordomo/test-support';
import { parseSkillFile } from '../../src/skill-file.ts';

const FILES = [
  '---\nname: pdf-forms\ndescription: >\n  Fills forms.\n  Use it.\nallowed-tools: Bash(git status:*) Read\n---\n\n# Forms\n',
  '\uFEFF\n---\r\nname: "a1"\r\ndescription: Use when: a form\r\nmetadata: {a: [1, &x b, *x]}\r\n---\r\nOne\r\n---\r\nTwo',
  '---\ndescription: |\n  b\nallowed-tools:\n  - Read\n  - Bash(git:*)\n---',
];

/** Skill files that the fuzzer damages. */
export const target: FuzzTarget = {
  samples: FILES.map((text) => new TextEncoder().encode(text)),
  parse(bytes) {
    try {
      parseSkillFile(new TextDecoder().decode(bytes));
      return 'read';
    } catch (error) {
      if (LlmError.is(error, 'config')) return 'refused';
      throw error;
    }
  },
};
