import type { JsonObject, Replay, ToolCallPart, VendorPart } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';

/**
 * Blocks that no part of a transcript stands for: tools that ran at the vendor and their results, compactions, fallbacks,
 * and types that came later. They are kept as they came, in a part of their own, since the turn is refused without them, or
 * its next one knows nothing of what was found.
 */
export class KeptBlock {
  private readonly block: Record<string, unknown>;
  private json = '';
  /** A delta of an unknown kind came: the block is not what it was. */
  private isBroken = false;

  constructor(opening: object) {
    this.block = { ...opening };
  }

  /** A delta that belongs to it; false for one that nobody knows. */
  add(delta: object): boolean {
    const { type, partial_json: json, ...rest } = asRecord(delta);
    if (type === 'input_json_delta' && typeof json === 'string') this.json += json;
    else if (type === 'compaction_delta') Object.assign(this.block, rest);
    else if (type !== 'citations_delta') this.isBroken = true;
    return !this.isBroken;
  }

  /** The whole block; `undefined` where it did not come whole. */
  whole(): JsonObject | undefined {
    if (this.isBroken) return undefined;
    if (this.json === '') return this.block as JsonObject;
    try {
      const input: unknown = JSON.parse(this.json);
      return { ...this.block, input } as JsonObject;
    } catch {
      return undefined;
    }
  }
}

/** A block as a part. It is kept under this name, which no other platform of Claude reads: their blocks have other forms. */
export function vendorPart(block: JsonObject, family: string): Omit<VendorPart, 'type'> {
  const { type = 'block', name } = block as { readonly type?: string; readonly name?: unknown };
  const text = shownText(block);
  return {
    kind: type === 'server_tool_use' && typeof name === 'string' ? name : type,
    ...(text !== '' && { text }),
    replay: { family, data: { messages: block } },
  };
}

/** What was searched for, fetched or run, what that gave, or the titles of what was found. */
function shownText(block: JsonObject): string {
  const { input, content } = asRecord(block);
  const given = { ...asRecord(input), ...asRecord(content) };
  const said = SHOWN.map((name) => given[name]).find((value) => typeof value === 'string' && value !== '');
  if (typeof said === 'string') return said;
  if (typeof content === 'string') return content;
  const pieces = asList(content).map((piece) => asRecord(piece)['text'] ?? asRecord(piece)['title']);
  return pieces.filter((piece) => typeof piece === 'string').join('\n');
}

const SHOWN: readonly string[] = ['query', 'url', 'code', 'command', 'stdout', 'stderr', 'error_code'];

/** The block of such a part. */
export function keptBlock(replay: Replay | undefined, family: string): JsonObject | undefined {
  const { messages } = asRecord(replay?.family === family ? replay.data : undefined);
  return isRecord(messages) ? (messages as JsonObject) : undefined;
}

/** Who made a call, where it was a program that runs at the vendor: the call goes back with it. */
export function callerOf(caller: unknown): JsonObject | undefined {
  return isRecord(caller) && caller['type'] !== 'direct' ? ({ caller } as JsonObject) : undefined;
}

/** That of a call in the transcript, for the server that it came from. */
export function callerIn({ replay }: ToolCallPart, family: string): object | undefined {
  const { caller } = asRecord(replay?.family === family ? replay.data : undefined);
  return isRecord(caller) ? { caller } : undefined;
}
