import { MessageStreamReader } from '../message-stream.ts';
import type { CliSpec } from '../spec.ts';

/** Claude Code. Sources: `claude --help` of 2.1.197; output recorded on 2026-11-20. */
export const claude: CliSpec = {
  id: 'anthropic-cli',
  vendor: 'anthropic',
  command: 'claude',
  args: [
    '-p',
    '--output-format',
    'stream-json',
    '--include-partial-messages',
    '--verbose',
    '--no-session-persistence',
  ],
  textArgs: ['-p'],
  modelFlag: '--model',
  system: { flag: '--append-system-prompt-file' },
  effort: { words: ['low', 'medium', 'high', 'xhigh', 'max'], args: (word) => ['--effort', word] },
  maxTokensVariable: 'CLAUDE_CODE_MAX_OUTPUT_TOKENS',
  skipPermissionsArgs: ['--dangerously-skip-permissions'],
  env: ['ANTHROPIC_', 'CLAUDE_', 'AWS_', 'CLOUD_ML_', 'GOOGLE_APPLICATION_CREDENTIALS'],
  // The CLI must not retry, because majordomo retries.
  setEnv: { CLAUDE_CODE_MAX_RETRIES: '0', DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_TERMINAL_TITLE: '1' },
  // With this variable, the CLI does not read mentioned files and leaves the text unchanged (code.claude.com/docs/en/env-vars;
  // tested with 2.1.197).
  fileMentions: { switchedOffBy: { CLAUDE_CODE_DISABLE_ATTACHMENTS: '1' } },
  exitKinds: {},
  reader: (options) => new MessageStreamReader(options),
};
