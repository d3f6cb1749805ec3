import { asRecord, asText } from '@majordomo/core/toolkit';
import { OutputReader, type JsonLine } from '../output-reader.ts';
import { finishReason, usage } from '../response.ts';
import type { CliSpec } from '../spec.ts';

/**
 * Gemini CLI. Sources: `gemini --help` of 0.61.0; output recorded on 2026-11-20. Without the flag `--prompt`, the prompt is on
 * stdin.
 */
export const gemini: CliSpec = {
  id: 'google-cli',
  vendor: 'google',
  command: 'gemini',
  args: ['--output-format', 'stream-json'],
  textArgs: ['--output-format', 'text'],
  modelFlag: '--model',
  promptFlag: '--prompt',
  system: { variable: 'GEMINI_SYSTEM_MD' },
  skipPermissionsArgs: ['--approval-mode', 'yolo'],
  env: ['GEMINI_', 'GOOGLE_'],
  setEnv: {},
  // The temporary directory is empty, so it can be trusted. The user decides whether to trust a directory of the application.
  emptyFolderEnv: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  // The CLI reads files in its working directory, and has no setting that disables the reading (0.61.0).
  fileMentions: 'fence',
  exitKinds: { 41: 'auth', 42: 'invalid-request', 52: 'config', 55: 'config' },
  reader: (options) => new GeminiReader(options),
};

/** Converts lines of the types `init`, `message` with the assistant's deltas, `error`, and finally `result`. */
class GeminiReader extends OutputReader {
  readMessage(line: JsonLine): void {
    switch (line['type']) {
      case 'init':
        this.writer.start(asText(line['session_id']), line['model']);
        break;
      case 'message':
        if (line['role'] === 'assistant') this.writer.text(asText(line['content']) ?? '');
        break;
      case 'error':
        if (line['severity'] !== 'warning')
          throw this.fail({ message: asText(line['message']) ?? 'it failed' });
        break;
      case 'result':
        this.result(line);
        break;
      default:
      // Ignore the CLI's tools and newer line types.
    }
  }

  private result(line: JsonLine): void {
    if (line['status'] === 'error')
      throw this.fail({ message: asText(asRecord(line['error'])['message']) ?? 'it failed' });
    const stats = asRecord(line['stats']);
    const counts = {
      input: stats['input_tokens'],
      output: outputOf(stats),
      cacheRead: stats['cached'],
    };
    this.writer.finish(finishReason(asText(line['status'])), asText(line['status']), usage(counts));
    this.done = true;
  }
}

/** Returns the number of output tokens: total minus input, because only the total includes thinking tokens. */
function outputOf({ total_tokens: total, input_tokens: input, output_tokens: output }: JsonLine): unknown {
  return typeof total === 'number' && typeof input === 'number' && total >= input ? total - input : output;
}
