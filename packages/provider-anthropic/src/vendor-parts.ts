import type { JsonObject, Replay, ToolCallPart, VendorPart } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import { tryParseJson } from '@majordomo/wire-kit';

/**
 * A content block that becomes a vendor part: tools that ran at the vendor and their results, compactions, fallbacks, and
 * newer types. Blocks are stored unchanged, because the API rejects the turn without them or the next turn lacks their
 * results.
 */
export class VendorBlock {
  private readonly block: Record<string, unknown>;
  private json = '';
  /** Whether a delta of an unknown type arrived, so that the block is incomplete. */
  private hasUnknownDelta = false;

  constructor(opening: object) {
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
 * Creates the part of a block. It is stored under a name that providers of other Claude platforms ignore, because their
 * blocks have other forms.
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

/** Returns the stored block of a vendor part. */
export function vendorBlock(replay: Replay | undefined, family: string): JsonObject | undefined {
  const { messages } = asRecord(replay?.family === family ? replay.data : undefined);
  return isRecord(messages) ? (messages as JsonObject) : undefined;
}

/** Returns the caller of a tool, if it is a program that runs at the vendor. The call must be sent back with it. */
export function callerOf(caller: unknown): JsonObject | undefined {
  return isRecord(caller) && caller['type'] !== 'direct' ? ({ caller } as JsonObject) : undefined;
}

/** Returns the stored caller of a call in the transcript. */
export function replayedCaller({ replay }: ToolCallPart, family: string): object | undefined {
  const { caller } = asRecord(replay?.family === family ? replay.data : undefined);
  return isRecord(caller) ? { caller } : undefined;
}
