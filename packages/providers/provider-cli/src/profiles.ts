import { claude } from './profiles/claude.ts';
import { codex } from './profiles/codex.ts';
import { cursorAgent } from './profiles/cursor.ts';
import { gemini } from './profiles/gemini.ts';
import { opencode } from './profiles/opencode.ts';
import type { CliSpec } from './spec.ts';

/** Names of the supported CLIs, which are also the names of their commands. */
export type CliName = 'claude' | 'gemini' | 'cursor-agent' | 'opencode' | 'codex';

export const CLIS: Readonly<Record<CliName, CliSpec>> = {
  claude,
  gemini,
  'cursor-agent': cursorAgent,
  opencode,
  codex,
};

/** Recommended order of preference for the installed CLIs. */
export const CLI_ORDER: readonly CliName[] = ['claude', 'gemini', 'cursor-agent', 'opencode', 'codex'];
