import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import { OutputReader, type JsonLine } from './output-reader.ts';
import { finishReason, sum, usage } from './response.ts';

/**
 * Converts the message lines of Claude Code and Cursor: first `system` (init), then optional `stream_event` lines with deltas,
 * `assistant` lines with complete content blocks, and finally `result` with usage, cost and `is_error`. Ignores lines of
 * subagents (`parent_tool_use_id`).
 */
export class MessageStreamReader extends OutputReader {
  /** Ids of messages whose text arrived as deltas. Their `assistant` lines repeat the text, so these lines are ignored. */
  private readonly streamed = new Set<string>();
  /** Id of the message whose deltas arrive. */
  private current = '';
  private messages = 0;

  readMessage(line: JsonLine): void {
    if (asText(line['parent_tool_use_id']) !== undefined) return;
    switch (line['type']) {
      case 'system':
        if (line['subtype'] === 'init') this.writer.start(asText(line['session_id']), line['model']);
        break;
      case 'stream_event':
        this.event(asRecord(line['event']));
        break;
      case 'assistant':
        this.readMessageBlocks(asRecord(line['message']));
        break;
      case 'result':
        this.result(line);
        break;
      default:
      // Ignore the echoed prompt, the CLI's tool calls, hooks, and newer line types.
    }
  }

  private event(event: JsonLine): void {
    if (event['type'] === 'message_start') this.current = asText(asRecord(event['message'])['id']) ?? '';
    if (event['type'] !== 'content_block_delta') return;
    const delta = asRecord(event['delta']);
    const key = `${this.current} ${String(event['index'])}`;
    const text = asText(delta['text']);
    const reasoning = asText(delta['thinking']);
    if (text !== undefined) this.writer.text(text, key);
    if (reasoning !== undefined) this.writer.reasoning(reasoning, undefined, key);
    this.streamed.add(this.current);
  }

  private readMessageBlocks(message: JsonLine): void {
    this.writer.model(message['model']);
    const id = asText(message['id']);
    if (id !== undefined && this.streamed.has(id)) return;
    const key = id ?? `message ${this.messages++}`;
    for (const [index, block] of asList(message['content']).map(asRecord).entries()) {
      const text = block['type'] === 'text' ? asText(block['text']) : undefined;
      const reasoning = block['type'] === 'thinking' ? asText(block['thinking']) : undefined;
      if (text !== undefined) this.writer.text(text, `${key} ${index}`);
      if (reasoning !== undefined) this.writer.reasoning(reasoning, undefined, `${key} ${index}`);
    }
  }

  private result(line: JsonLine): void {
    const text = asText(line['result']) ?? '';
    if (line['is_error'] === true) {
      const errors = asList(line['errors']).filter((error) => typeof error === 'string');
      const message = text === '' ? errors.join('; ') || (asText(line['subtype']) ?? 'it failed') : text;
      const status = line['api_error_status'];
      throw this.fail({ message, status: typeof status === 'number' ? status : undefined });
    }
    // The line repeats the text of earlier lines, so it is written only if none contained text.
    if (!this.writer.hasContent && text !== '') this.writer.text(text);
    const raw = asText(line['stop_reason']) ?? asText(line['subtype']);
    this.writer.finish(finishReason(raw), raw, usageOf(line));
    this.done = true;
  }
}

function usageOf(line: JsonLine): ReturnType<typeof usage> {
  const counts = asRecord(line['usage']);
  const cacheRead = counts['cache_read_input_tokens'];
  const cacheWrite = counts['cache_creation_input_tokens'];
  return usage({
    // The CLI's input count excludes cached tokens.
    input: sum(counts['input_tokens'], cacheRead, cacheWrite),
    output: counts['output_tokens'],
    cacheRead,
    cacheWrite,
    reasoning: asRecord(counts['output_tokens_details'])['thinking_tokens'],
    cost: line['total_cost_usd'],
  });
}
