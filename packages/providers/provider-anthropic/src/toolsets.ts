import type {
  BrowserStateBlockParam,
  ContentBlockParam,
  ToolUseBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import type { JsonObject, VendorCallPart, VendorResultPart } from '@majordomo/core';
import { asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { otherMembers, sentMembers } from '@majordomo/wire-kit/internal';
import { READ_MEMBERS, SENT_MEMBERS } from './kept-members.ts';
import { callerOf, replayedCaller } from './vendor-parts.ts';

/**
 * Whether a block calls a member of a toolset (`ToolUseBlock` of SDK 1.10), such as `left_click` of `computer`, which the client runs. A
 * custom tool may have the same name as a member.
 */
export const isToolsetCall = (block: unknown): boolean => {
  const { type, toolset_name: toolset } = asRecord(block);
  return type === 'tool_use' && typeof toolset === 'string' && toolset !== '';
};

/** Converts a call of a toolset. If the input of the block is not complete, the call has no action, so that no tool runs it. */
export function toolsetCall(
  opening: JsonObject,
  complete: JsonObject | undefined,
  family: string,
): Omit<VendorCallPart, 'type'> {
  const { id, caller } = opening;
  const name = asText(opening['name']) ?? '';
  const toolset = asText(opening['toolset_name']) ?? '';
  const input = asRecord(complete)['input'];
  const action = isRecord(input) ? { ...input, type: name } : undefined;
  const members = otherMembers(opening, READ_MEMBERS['tool_use'] ?? new Set()) ?? {};
  return {
    id: asText(id) ?? '',
    kind: 'computer',
    name,
    args: { actions: action === undefined ? [] : [action], toolset },
    replay: {
      family,
      data: { input: isRecord(input) ? (input as JsonObject) : {}, members, ...callerOf(caller) },
    },
  };
}

/** Converts a call of a toolset back to its block. Its `toolset_name` is one of the stored members, not `args.toolset`. */
export const toolsetBlock = (part: VendorCallPart, id: string, family: string): ToolUseBlockParam => ({
  type: 'tool_use',
  id,
  name: part.name,
  input: asRecord(part.replay.data)['input'] ?? {},
  ...replayedCaller(part, family),
  ...sentMembers(part.replay.data, SENT_MEMBERS),
});

/** Returns the state of the browser in a result, which the model reads as text. A failed result must not contain it. */
export function browserState({ output, isError }: VendorResultPart): BrowserStateBlockParam[] {
  const state = asRecord(output?.['browser_state']);
  if (isError === true || !Array.isArray(state['tabs'])) return [];
  return [{ ...state, type: 'browser_state' } as unknown as BrowserStateBlockParam];
}

interface Message {
  readonly role: string;
  readonly content: readonly ContentBlockParam[];
}

/** Adds the name of the toolset to the results of its calls, as the API requires. */
export function withToolsetResults<M extends Message>(messages: readonly M[]): M[] {
  let names: ReadonlyMap<string, string> | undefined;
  return messages.map((message) => {
    if (message.role === 'assistant') {
      names = toolsetNames(message.content);
      return message;
    }
    const known = names;
    return known === undefined
      ? message
      : { ...message, content: message.content.map((block) => named(block, known)) };
  });
}

/** Returns the toolset of each call of a toolset; `undefined` if there is none. */
function toolsetNames(content: readonly ContentBlockParam[]): ReadonlyMap<string, string> | undefined {
  let names: Map<string, string> | undefined;
  for (const block of content)
    if (block.type === 'tool_use' && typeof block.toolset_name === 'string') {
      names ??= new Map();
      names.set(block.id, block.toolset_name);
    }
  return names;
}

function named(block: ContentBlockParam, names: ReadonlyMap<string, string>): ContentBlockParam {
  const name = block.type === 'tool_result' ? names.get(block.tool_use_id) : undefined;
  return block.type === 'tool_result' && name !== undefined ? { ...block, toolset_name: name } : block;
}
