import type {
  LanguageModelV4CustomContent,
  LanguageModelV4Reasoning,
  LanguageModelV4Text,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider';
import type { AssistantPart, ToolCallPart, VendorPart } from '@majordomo/core';
import { theirCitations } from '../citations.ts';
import { withReplay } from './replay.ts';

/** A whole part as the AI SDK has it. */
export function theirContent(
  part: AssistantPart,
): LanguageModelV4Text | LanguageModelV4Reasoning | LanguageModelV4ToolCall | LanguageModelV4CustomContent {
  if (part.type === 'tool-call') return theirCall(part);
  if (part.type === 'vendor') return theirVendor(part);
  const { type, text, replay } = part;
  return type === 'text'
    ? { type, text, ...theirCitations(part.citations), ...withReplay(replay) }
    : { type, text, ...withReplay(replay) };
}

/** A custom part there: it comes back with its options. */
export const theirVendor = ({ kind, text, replay }: VendorPart): LanguageModelV4CustomContent => ({
  type: 'custom',
  kind: `majordomo.${kind}`,
  providerMetadata: { majordomo: { kind, ...(text !== undefined && { text }), replay: { ...replay } } },
});

export const theirCall = (part: ToolCallPart): LanguageModelV4ToolCall => ({
  type: 'tool-call',
  toolCallId: part.id,
  toolName: part.name,
  input: part.invalid === undefined ? JSON.stringify(part.args) : unreadable(part.invalid.raw),
  ...withReplay(part.replay),
});

/** The AI SDK runs whatever parses, and takes no text at all for no arguments: a call that is not to be run must not. */
function unreadable(raw: string): string {
  if (raw.trim() === '') return UNFINISHED;
  try {
    JSON.parse(raw);
    return raw + UNFINISHED;
  } catch {
    return raw;
  }
}

const UNFINISHED = ' …unfinished';
