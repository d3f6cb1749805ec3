import { asRecord, asText } from '@majordomo/core/toolkit';
import { OutputReader, type JsonLine } from '../output-reader.ts';
import { finishReason, usage } from '../response.ts';
import type { CliSpec } from '../spec.ts';

/** Codex. Sources: `codex exec --help` of 0.169.0; output recorded on 2026-11-20. Without an argument, the prompt is on stdin. */
export const codex: CliSpec = {
  id: 'codex-cli',
  vendor: 'openai',
  command: 'codex',
  args: ['exec', '--skip-git-repo-check', '--ephemeral', '--json'],
  textArgs: ['exec', '--skip-git-repo-check'],
  modelFlag: '--model',
  system: { file: 'AGENTS.md' },
  effort: {
    words: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
    args: (word) => ['--config', `model_reasoning_effort="${word}"`],
  },
  skipPermissionsArgs: ['--dangerously-bypass-approvals-and-sandbox'],
  env: ['CODEX_', 'OPENAI_'],
  setEnv: {},
  // Only Codex's terminal interface expands `@`. `exec` sends the text unchanged (tested with 0.169, 2026-11).
  fileMentions: 'none',
  exitKinds: {},
  reader: (options) => new CodexReader(options),
};

/** Converts lines of the types `thread.started`, `item.completed`, and finally `turn.completed` or `turn.failed`. */
class CodexReader extends OutputReader {
  readMessage(line: JsonLine): void {
    switch (line['type']) {
      case 'thread.started':
        this.writer.start(asText(line['thread_id']));
        break;
      case 'item.completed':
        this.item(asRecord(line['item']));
        break;
      case 'turn.completed':
        this.completed(asRecord(line['usage']));
        break;
      case 'error':
        // Codex may recover from it, so it is only reported if the CLI ends without a response.
        this.complaint = asText(line['message']);
        break;
      case 'turn.failed':
        throw this.fail({ message: asText(asRecord(line['error'])['message']) ?? 'it failed' });
      default:
        // Ignore incomplete items and unknown line types. `item` ignores the CLI's tools and unknown item types.
        break;
    }
  }

  private item(item: JsonLine): void {
    const text = asText(item['text']) ?? '';
    const key = asText(item['id']) ?? 'item';
    if (item['type'] === 'agent_message') this.writer.text(text, key);
    if (item['type'] === 'reasoning') this.writer.reasoning(text, undefined, key);
  }

  private completed(counts: JsonLine): void {
    const total = usage({
      input: counts['input_tokens'],
      output: counts['output_tokens'],
      cacheRead: counts['cached_input_tokens'],
      cacheWrite: counts['cache_write_input_tokens'],
      reasoning: counts['reasoning_output_tokens'],
    });
    this.writer.finish(finishReason(undefined), 'turn.completed', total);
    this.done = true;
  }
}
