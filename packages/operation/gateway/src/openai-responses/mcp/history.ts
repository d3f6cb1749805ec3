import type { Message, ToolCallPart, ToolResultPart } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { textPart } from '../../parsing/content.ts';
import { boolean, invalid, nonEmptyString, object, string, type Fields } from '../../parsing/fields.ts';
import { toolCallPart } from '../../parsing/tools.ts';
import type { Transcript } from '../../parsing/transcript.ts';
import type { StoredItems } from '../stored-items.ts';
import { targetNameOf, type KnownTools } from '../known-tools.ts';

/** Call that the client has approved, and that has not run yet. */
export interface ApprovedCall {
  /** Call, whose id is that of the approval request. */
  readonly call: ToolCallPart;
  /** Empty result in the conversation, which the result of the call replaces. */
  readonly result: ToolResultPart;
}

/** Types of items. */
export const MCP_ITEMS: readonly string[] = [
  'mcp_list_tools',
  'mcp_call',
  'mcp_approval_request',
  'mcp_approval_response',
];

/** Types of items between which the results of calls may not be: the calls of one turn. */
const CALLS: readonly string[] = ['mcp_call', 'mcp_approval_request', 'function_call', 'custom_tool_call'];

/** Calls of MCP servers in the conversation of a request. */
export class McpHistory {
  /** Names of the servers whose tools an earlier item lists. */
  readonly listed: Set<string> = new Set<string>();
  private readonly known: KnownTools;
  private readonly stored: Pick<StoredItems, 'isLoaded'> | undefined;
  private readonly requests = new Map<string, ToolCallPart>();
  private readonly waiting = new Map<string, ApprovedCall>();
  /** Results of later items, by the empty result that each replaces. */
  private readonly replaced = new Map<ToolResultPart, ToolResultPart>();
  /** Results of the current turn, which follow its calls. */
  private results: (() => void)[] = [];

  /** @param stored items of earlier responses; `undefined` if the gateway stores none */
  constructor(known: KnownTools, stored: Pick<StoredItems, 'isLoaded'> | undefined) {
    this.known = known;
    this.stored = stored;
  }

  /** Calls that the client has approved, and that have not run yet. */
  get approved(): readonly ApprovedCall[] {
    return [...this.waiting.values()];
  }

  /** Returns the messages, with the results of the calls that were approved. */
  complete(messages: readonly Message[]): readonly Message[] {
    return withResults(messages, this.replaced);
  }

  /** Adds the results of the current turn, unless an item of this type is part of the turn. */
  endTurn(type: string | undefined): void {
    if (type !== undefined && CALLS.includes(type)) return;
    for (const add of this.results.splice(0)) add();
  }

  /** Adds an item to the conversation. */
  addItem(item: Fields, type: string, transcript: Transcript): void {
    switch (type) {
      case 'mcp_list_tools':
        this.addList(item);
        break;
      case 'mcp_call':
        this.addCall(item, transcript);
        break;
      case 'mcp_approval_request': {
        const call = this.callOf(item);
        this.requests.set(call.id, call);
        transcript.assistant([call]);
        break;
      }
      default:
        this.addDecision(item, transcript);
    }
  }

  private addList(item: Fields): void {
    const server = item.required('server_label', nonEmptyString);
    // Only marks the member as parsed, because the gateway requests the tools of the servers again.
    item.optional('tools', (tools) => tools);
    const error = item.optional('error', (value) => value);
    if (error === undefined) this.listed.add(server);
  }

  private callOf(item: Fields): ToolCallPart {
    item.required('server_label', nonEmptyString);
    const name = targetNameOf(item, this.known);
    return toolCallPart(item.required('id', nonEmptyString), name, item.required('arguments', string));
  }

  private addCall(item: Fields, transcript: Transcript): void {
    const call = this.callOf(item);
    const { text, isError } = outputOf(item);
    const approval = item.optional('approval_request_id', nonEmptyString);
    const approved = approval === undefined ? undefined : this.waiting.get(approval);
    if (approved !== undefined) {
      this.waiting.delete(approved.call.id);
      this.replaced.set(approved.result, {
        ...approved.result,
        content: textPart(text),
        ...(isError && { isError }),
      });
      return;
    }
    transcript.assistant([call]);
    this.results.push(() => transcript.result(call.id, textPart(text), isError));
  }

  private addDecision(item: Fields, transcript: Transcript): void {
    const id = item.required('approval_request_id', nonEmptyString);
    const isApproved = item.required('approve', boolean);
    const reason = item.optional('reason', string) ?? '';
    const call = this.requests.get(id);
    if (call === undefined) {
      // The request may be among items that are not loaded yet.
      if (this.stored?.isLoaded === false) return;
      invalid(
        item.pathOf('approval_request_id'),
        'is not the id of an approval request in this conversation that has no response yet',
      );
    }
    this.requests.delete(id);
    if (isApproved) {
      const result = transcript.result(id, []);
      this.waiting.set(id, { call, result });
      return;
    }
    const text = `The user did not approve this call.${reason === '' ? '' : ` Reason: ${reason}`}`;
    transcript.result(id, textPart(text), true);
  }
}

/** Returns the output of a call for a model. */
function outputOf(item: Fields): { readonly text: string; readonly isError: boolean } {
  const output = item.optional('output', string);
  const error = item.optional('error', (value, path) =>
    typeof value === 'string' ? value : errorText(object(value, path)),
  );
  if (error !== undefined) return { text: error, isError: true };
  return output === undefined
    ? { text: 'This call has no result.', isError: true }
    : { text: output, isError: false };
}

/** Returns the text of an error: its message, or its content. */
function errorText({ value }: Fields): string {
  const { message, content } = value;
  if (typeof message === 'string') return message;
  return Array.isArray(content) ? content.map(blockText).join('\n') : JSON.stringify(content ?? value);
}

const blockText = (block: unknown): string => {
  const { text } = asRecord(block);
  return typeof text === 'string' ? text : JSON.stringify(block);
};

/** Returns the messages with other results. */
export function withResults(
  messages: readonly Message[],
  results: ReadonlyMap<ToolResultPart, ToolResultPart>,
): readonly Message[] {
  if (results.size === 0) return messages;
  return messages.map((message) => {
    if (message.role !== 'tool') return message;
    const parts = message.parts.map((part) =>
      part.type === 'tool-result' ? (results.get(part) ?? part) : part,
    );
    return { ...message, parts };
  });
}
