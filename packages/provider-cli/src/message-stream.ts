import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import type { EventWriter } from '@majordomo/core/toolkit';
import type { Fail } from './errors.ts';
import type { JsonLine, OutputReader, OutputReaderOptions } from './output-reader.ts';
import { finishReason, sum, usage } from './response.ts';

/**
 * Lines of messages with one `result` at the end: `system` (init), `assistant` with whole content blocks, optional
 * `stream_event` lines with their deltas before them, and `result` with usage, cost and `is_error`. Lines of helpers
 * (`parent_tool_use_id`) are theirs, not the answer's.
 */
export class MessageStreamReader implements OutputReader {
  done = false;
  private readonly scribe: EventWriter;
  private readonly fail: Fail;
  /** Messages whose text came as deltas; their whole form repeats it. */
  private readonly streamed = new Set<string>();
  private current = '';
  private messages = 0;

  constructor({ writer, fail }: OutputReaderOptions) {
    this.scribe = writer;
    this.fail = fail;
  }

  readMessage(line: JsonLine): void {
    if (asText(line['parent_tool_use_id']) !== undefined) return;
    switch (line['type']) {
      case 'system':
        if (line['subtype'] === 'init') this.scribe.start(asText(line['session_id']));
        break;
      case 'stream_event':
        this.event(asRecord(line['event']));
        break;
      case 'assistant':
        this.whole(asRecord(line['message']));
        break;
      case 'result':
        this.result(line);
        break;
      default:
      // The echoed prompt, tool calls that the CLI ran, hooks, and types that came later.
    }
  }

  private event(event: JsonLine): void {
    if (event['type'] === 'message_start') this.current = asText(asRecord(event['message'])['id']) ?? '';
    if (event['type'] !== 'content_block_delta') return;
    const delta = asRecord(event['delta']);
    const key = `${this.current} ${String(event['index'])}`;
    const said = asText(delta['text']);
    const thought = asText(delta['thinking']);
    if (said !== undefined) this.scribe.text(said, key);
    if (thought !== undefined) this.scribe.reasoning(thought, undefined, key);
    this.streamed.add(this.current);
  }

  private whole(message: JsonLine): void {
    const id = asText(message['id']);
    if (id !== undefined && this.streamed.has(id)) return;
    const key = id ?? `message ${this.messages++}`;
    for (const [index, block] of asList(message['content']).map(asRecord).entries()) {
      const said = block['type'] === 'text' ? asText(block['text']) : undefined;
      const thought = block['type'] === 'thinking' ? asText(block['thinking']) : undefined;
      if (said !== undefined) this.scribe.text(said, `${key} ${index}`);
      if (thought !== undefined) this.scribe.reasoning(thought, undefined, `${key} ${index}`);
    }
  }

  private result(line: JsonLine): void {
    const said = asText(line['result']) ?? '';
    if (line['is_error'] === true) {
      const errors = asList(line['errors']).filter((error) => typeof error === 'string');
      const message = said === '' ? errors.join('; ') || (asText(line['subtype']) ?? 'it failed') : said;
      const status = line['api_error_status'];
      throw this.fail({ message, status: typeof status === 'number' ? status : undefined });
    }
    if (!this.scribe.hasContent && said !== '') this.scribe.text(said);
    const raw = asText(line['stop_reason']) ?? asText(line['subtype']);
    this.scribe.finish(finishReason(raw), raw, usageOf(line));
    this.done = true;
  }
}

function usageOf(line: JsonLine): ReturnType<typeof usage> {
  const counts = asRecord(line['usage']);
  const cacheRead = counts['cache_read_input_tokens'];
  const cacheWrite = counts['cache_creation_input_tokens'];
  return usage({
    // The input is counted without what the cache took part in.
    input: sum(counts['input_tokens'], cacheRead, cacheWrite),
    output: counts['output_tokens'],
    cacheRead,
    cacheWrite,
    reasoning: asRecord(counts['output_tokens_details'])['thinking_tokens'],
    cost: line['total_cost_usd'],
  });
}
