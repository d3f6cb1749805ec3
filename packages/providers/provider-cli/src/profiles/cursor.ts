import { MessageStreamReader } from '../message-stream.ts';
import type { CliSpec } from '../spec.ts';

/**
 * Cursor's agent, which is not tested, because the CLI is not on npm. Sources: cursor.com/docs/cli/reference/output-format, and
 * reports of users from 2026-02 to 2026-11. Partial messages are not requested, because the CLI repeats their text at the end.
 */
export const cursorAgent: CliSpec = {
  id: 'cursor-cli',
  vendor: 'cursor',
  command: 'cursor-agent',
  args: ['--print', '--output-format', 'stream-json'],
  textArgs: ['--print', '--output-format', 'text'],
  modelFlag: '--model',
  system: { file: 'AGENTS.md' },
  skipPermissionsArgs: ['--force'],
  env: ['CURSOR_'],
  setEnv: {},
  // docs.cursor.com/en/cli/using documents `@` for files, but not whether the CLI reads these files with `--print`.
  fileMentions: 'fence',
  exitKinds: {},
  reader: (options) => new MessageStreamReader(options),
};
