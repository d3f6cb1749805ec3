import type { Usage } from '@majordomo/core';
import { asNumber, asRecord, asText } from '@majordomo/core/toolkit';
import type { Fail } from '../errors.ts';
import { OutputReader, type JsonLine } from '../output-reader.ts';
import { finishReason, sum, usage, type Counts } from '../response.ts';
import type { CliSpec } from '../spec.ts';

/** opencode. Sources: `opencode run --help` of 1.18.33; output recorded on 2026-11-20. */
export const opencode: CliSpec = {
  id: 'opencode',
  vendor: 'opencode',
  command: 'opencode',
  args: ['run', '--format', 'json'],
  textArgs: ['run'],
  modelFlag: '--model',
  system: { file: 'AGENTS.md' },
  skipPermissionsArgs: ['--auto'],
  env: ['OPENCODE_', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OPENROUTER_API_KEY'],
  setEnv: { OPENCODE_DISABLE_AUTOUPDATE: '1' },
  // opencode expands `@path` in commands and subagents' tasks. `run` sends the text unchanged (tested with 1.18, 2026-11).
  fileMentions: 'none',
  exitKinds: {},
  reader: (options) => new OpencodeReader(options),
};

/** Converts lines of the types `text`, `reasoning` and `step_finish`. The reason of the last step is not `tool-calls`. */
class OpencodeReader extends OutputReader {
  private readonly steps: Counts[] = [];
  private parts = 0;

  readMessage(line: JsonLine): void {
    const part = asRecord(line['part']);
    switch (line['type']) {
      case 'step_start':
        this.writer.start(asText(line['sessionID']));
        break;
      case 'text':
        this.writer.text(asText(part['text']) ?? '', this.key());
        break;
      case 'reasoning':
        this.writer.reasoning(asText(part['text']) ?? '', undefined, this.key());
        break;
      case 'step_finish':
        this.step(part);
        break;
      case 'error':
        throw this.fail(failureOf(asRecord(line['error'])));
      default:
      // Ignore lines about the CLI's own tools, and unknown line types.
    }
  }

  private key(): string {
    return `part ${this.parts++}`;
  }

  private step(part: JsonLine): void {
    this.steps.push(countsOf(asRecord(part['tokens']), part['cost']));
    const raw = asText(part['reason']);
    // After a step with this reason, the CLI continues with the results of its tools.
    if (raw === 'tool-calls') return;
    this.writer.finish(finishReason(raw), raw, this.usage());
    this.done = true;
  }

  private usage(): Usage | undefined {
    const total = (name: keyof Counts): number | undefined => sum(...this.steps.map((step) => step[name]));
    return usage({
      input: total('input'),
      output: total('output'),
      cacheRead: total('cacheRead'),
      cacheWrite: total('cacheWrite'),
      reasoning: total('reasoning'),
      cost: total('cost'),
    });
  }
}

function countsOf(tokens: JsonLine, cost: unknown): Counts {
  const cache = asRecord(tokens['cache']);
  const input = sum(tokens['input'], cache['read'], cache['write']);
  const total = asNumber(tokens['total']);
  return {
    input,
    // With the total, the result does not depend on whether `tokens.output` includes the reasoning.
    output:
      total !== undefined && input !== undefined ? total - input : sum(tokens['output'], tokens['reasoning']),
    cacheRead: cache['read'],
    cacheWrite: cache['write'],
    reasoning: tokens['reasoning'],
    cost,
  };
}

/** Converts an error of the form `{ name, data: { message, statusCode } }` to a failure. */
function failureOf({ name, data }: JsonLine): Parameters<Fail>[0] {
  const { message, statusCode } = asRecord(data);
  const text = [asText(name), asText(message)].filter((part) => part !== undefined).join(': ');
  return { message: text === '' ? 'it failed' : text, status: asNumber(statusCode) };
}
