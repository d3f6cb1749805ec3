import type { JsonObject, Replay, CallPart, VendorPart } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { tryParseJson } from '@majordomo/wire-kit';

/**
 * Content block that becomes a vendor part: a call of a tool that ran at Anthropic, a tool result, a compaction, a fallback, or a
 * block of a newer type. The block is stored unchanged. If the next request omits the block, the API rejects the request, or the
 * model does not see the result.
 */
export class VendorBlock {
  /** Block as it started. */
  readonly opening: JsonObject;
  private readonly block: Record<string, unknown>;
  private json = '';
  /** Whether a delta of an unknown type arrived. If so, the block is incomplete. */
  private hasUnknownDelta = false;

  constructor(opening: object) {
    this.opening = opening as JsonObject;
    this.block = { ...opening };
  }

  append(delta: object): void {
    const { type, partial_json: json, ...rest } = asRecord(delta);
    if (type === 'input_json_delta' && typeof json === 'string') this.json += json;
    else if (type === 'compaction_delta') Object.assign(this.block, rest);
    else if (type !== 'citations_delta') this.hasUnknownDelta = true;
  }

  /** Returns the complete block, or `undefined` if it is incomplete. */
  complete(): JsonObject | undefined {
    if (this.hasUnknownDelta) return undefined;
    if (this.json === '') return this.block as JsonObject;
    const input = tryParseJson(this.json);
    return input === undefined ? undefined : ({ ...this.block, input } as JsonObject);
  }
}

/**
 * Creates the vendor part of a block. Other Claude platforms use other forms of blocks, so the block is stored under a name that
 * the providers of those platforms ignore.
 */
export function vendorPart(block: JsonObject, family: string): Omit<VendorPart, 'type'> {
  const { type = 'block', name } = block as { readonly type?: string; readonly name?: unknown };
  const text = displayText(block);
  return {
    kind: type === 'server_tool_use' && typeof name === 'string' ? name : type,
    ...(text !== '' && { text }),
    replay: { family, data: { messages: block } },
  };
}

function displayText(block: JsonObject): string {
  const { input, content } = asRecord(block);
  const members = { ...asRecord(input), ...asRecord(content) };
  const text = DISPLAYED_MEMBERS.map((name) => members[name]).find(
    (value) => typeof value === 'string' && value !== '',
  );
  if (typeof text === 'string') return text;
  if (typeof content === 'string') return content;
  const pieces = asList(content).map((piece) => asRecord(piece)['text'] ?? asRecord(piece)['title']);
  return pieces.filter((piece) => typeof piece === 'string').join('\n');
}

const DISPLAYED_MEMBERS: readonly string[] = [
  'query',
  'url',
  'code',
  'command',
  'stdout',
  'stderr',
  'error_code',
];

/** Returns the original block of a vendor part. */
export function vendorBlock(replay: Replay | undefined, family: string): JsonObject | undefined {
  const { messages } = asRecord(replay?.family === family ? replay.data : undefined);
  return isRecord(messages) ? (messages as JsonObject) : undefined;
}

/** Returns the caller of a tool call that a program at Anthropic made. Later requests must include this caller. */
export function callerOf(caller: unknown): JsonObject | undefined {
  return isRecord(caller) && caller['type'] !== 'direct' ? ({ caller } as JsonObject) : undefined;
}

/** Returns the original caller of a tool call in the transcript. */
export function replayedCaller({ replay }: CallPart, family: string): object | undefined {
  const { caller } = asRecord(replay?.family === family ? replay.data : undefined);
  return isRecord(caller) ? { caller } : undefined;
}
