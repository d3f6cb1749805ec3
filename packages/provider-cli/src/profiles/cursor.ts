import { MessageStreamReader } from '../message-stream.ts';
import type { CliSpec } from '../spec.ts';

/**
 * Cursor's agent. It is not on npm and was not tested here: cursor.com/docs/cli/reference/output-format and reports of its
 * users, 2026-02 to 2026-11. Complete messages only: with partial ones it repeats the text at the end.
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
  // docs.cursor.com/en/cli/using documents `@` for files, but not whether `--print` reads them.
  fileMentions: 'fence',
  exitKinds: {},
  reader: (options) => new MessageStreamReader(options),
};
