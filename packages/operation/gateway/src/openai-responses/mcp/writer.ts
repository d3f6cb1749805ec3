import type { StreamEvent, ToolCallPart } from '@majordomo/core';
import { argumentsText } from '../../parsing/tools.ts';
import { ArgumentsText } from '../../response/arguments-text.ts';
import type { Echo, Item } from '../response.ts';
import { ResponsesWriter } from '../stream.ts';
import type { ClientTool } from '../known-tools.ts';
import { mcpCallItem, startedCall, waitsForApproval, type Calls } from './items.ts';

/** Writer of a response with tools of MCP servers. */
export class McpWriter extends ResponsesWriter {
  private readonly calls: Calls;
  /** Tool whose call is being written. */
  private tool: ClientTool | undefined;
  private written = new ArgumentsText();
  /** Whether the call waits for an approval. */
  private isWaiting = false;

  constructor(echo: Echo, calls: Calls) {
    super(echo);
    this.calls = calls;
  }

  override begin(): string {
    const first = super.begin();
    if (first === '') return '';
    return first + (this.echo.mcp?.listItems(this.ids) ?? []).map((item) => this.list(item)).join('');
  }

  override write(event: StreamEvent): string {
    if (event.type === 'part-start') {
      const tool = event.part.type === 'tool-call' ? this.echo.known.get(event.part.name) : undefined;
      this.tool = tool?.mcp === undefined ? undefined : tool;
    }
    const { tool } = this;
    if (tool === undefined) return super.write(event);
    if (event.type === 'part-start' && event.part.type === 'tool-call')
      return this.begin() + this.startCall(event.part, tool);
    if (event.type === 'args-delta') return this.deltaOf(this.written.push(event.json));
    if (event.type === 'part-end' && event.part.type === 'tool-call') return this.endCall(event.part, tool);
    return super.write(event);
  }

  /** Returns the events of the tools of a server, which are loaded before the response begins. */
  private list(item: Item): string {
    const started = this.startItem({ ...item, tools: [], error: null });
    const state = item['error'] === null ? 'completed' : 'failed';
    return (
      started +
      this.event('response.mcp_list_tools.in_progress', this.ofItem()) +
      this.event(`response.mcp_list_tools.${state}`, this.ofItem()) +
      this.endItem(item)
    );
  }

  /** Returns the first events of a call. A request for an approval is added when it is complete. */
  private startCall(part: Pick<ToolCallPart, 'id'>, tool: ClientTool): string {
    this.written = new ArgumentsText();
    this.isWaiting = waitsForApproval(tool, part, this.calls);
    if (this.isWaiting) return '';
    const started = this.startItem(startedCall(this.ids.item('mcp_'), tool));
    return started + this.event('response.mcp_call.in_progress', this.ofItem());
  }

  private deltaOf(delta: string): string {
    if (delta === '' || this.isWaiting) return '';
    return this.event('response.mcp_call_arguments.delta', { ...this.ofItem(), delta });
  }

  /** Returns the last events of a call, after its result is known. A call that has not run has no result. */
  private endCall(part: ToolCallPart, tool: ClientTool): string {
    const { id, ids, isWaiting } = this;
    this.tool = undefined;
    const item = mcpCallItem(part, tool, this.calls, (prefix) => (isWaiting ? ids.item(prefix) : id));
    if (isWaiting) return this.startItem(item) + this.endItem(item);
    const complete = argumentsText(part);
    return (
      this.deltaOf(this.written.end(part, { complete, asWritten: true })) +
      this.event('response.mcp_call_arguments.done', { ...this.ofItem(), arguments: complete }) +
      (item['status'] === 'incomplete'
        ? ''
        : this.event(`response.mcp_call.${String(item['status'])}`, this.ofItem())) +
      this.endItem(item)
    );
  }
}
