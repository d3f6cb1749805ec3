import { LlmError } from '@majordomo/core';
import type { JsonObject, JsonValue, ResultPiece, VendorCallKind } from '@majordomo/core';
import {
  asRecord,
  checkOptions,
  definedMembers,
  isList,
  isRecord,
  vendorToolName,
  type KindsOf,
} from '@majordomo/core/toolkit';
import { withConcurrencySlots } from './tool-slots.ts';
import { SHARED_KINDS, type Tool, type ToolContext, type ToolOutput } from './tool.ts';
import { checkAction } from './vendor-action.ts';

/** Output of one command of a shell. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code of the command. @default 0 */
  readonly exitCode?: number | undefined;
  /** Whether the command was stopped because its time was over. */
  readonly timedOut?: boolean | undefined;
}

/** State after the actions of a computer call. */
export interface ComputerOutput {
  /** Screenshot. OpenAI and Gemini require it. @default none */
  readonly bytes?: Uint8Array | undefined;
  /** MIME type of the bytes. @default 'image/png' */
  readonly mediaType?: string | undefined;
  /** Text that the action returns, such as the text of a page. @default none */
  readonly text?: string | undefined;
  /**
   * Ids of the safety checks in `action.pending_safety_checks` that a person accepted, or `true` for the `safety_decision` of Gemini.
   * @default none
   */
  readonly acknowledged?: readonly string[] | true | undefined;
  /** Address of the page, which Gemini requires in a browser. @default none */
  readonly url?: string | undefined;
  /** Open tabs and their changes, in the terms of Anthropic's browser: `{ tabs, state_changes }`. @default none */
  readonly browserState?: JsonObject | undefined;
}

/** Decision on a call of a tool of an MCP server that the vendor calls. */
export interface McpApproval {
  readonly approve: boolean;
  /** Reason of a refusal, for the model. */
  readonly reason?: string | undefined;
}

/** Actions by kind, in the vendor's terms. */
export interface VendorActions {
  /** Actions of a computer or a browser, such as `{ type: 'click', x: 1, y: 2, button: 'left' }`, and safety checks of the vendor. */
  readonly computer: {
    readonly actions: readonly JsonObject[];
    /** Set of actions: `computer` or `browser` for Anthropic, `computerUse` for Gemini. OpenAI has only one. */
    readonly toolset?: string | undefined;
    readonly pending_safety_checks?: readonly JsonObject[] | undefined;
  };
  /** Commands of a shell, or `command`, the program and its arguments, for OpenAI's `local_shell`. */
  readonly shell: {
    readonly commands?: readonly string[] | undefined;
    readonly command?: readonly string[] | undefined;
    readonly timeout_ms?: number | null | undefined;
    readonly working_directory?: string | null | undefined;
  };
  /** Change of one file. `diff` is absent for `delete_file`. */
  readonly patch: {
    readonly type: 'create_file' | 'update_file' | 'delete_file';
    readonly path: string;
    readonly diff?: string | undefined;
  };
  /** Call that an MCP server will receive. `arguments` is JSON text. */
  readonly 'mcp-approval': { readonly server: string; readonly name: string; readonly arguments: string };
}

/** Outputs by kind. */
export interface VendorOutputs {
  /** Bytes of a screenshot, text, or both with details. */
  readonly computer: Uint8Array | string | ComputerOutput;
  /** Text of the output, or an output for each command. */
  readonly shell: string | CommandOutput | readonly CommandOutput[];
  /** Text for the model, or nothing. An error that `run` throws is a failed patch. */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  readonly patch: string | undefined | void;
  readonly 'mcp-approval': boolean | McpApproval;
}

/** Definition of a tool that answers the calls of one kind. */
export interface VendorToolDefinition<Kind extends VendorCallKind> extends Pick<
  Tool,
  'effect' | 'timeoutMs' | 'maxResultChars' | 'concurrency' | 'maxCalls'
> {
  /** Kind of the calls. An agent has at most one tool for each kind. */
  readonly kind: Kind;
  /** Whether a person must approve a call, or a function of the action that decides. @default false */
  readonly approval?: boolean | ((action: VendorActions[Kind]) => boolean | Promise<boolean>) | undefined;
  /** Performs the action. An error becomes an error result. */
  run(action: VendorActions[Kind], context: ToolContext): VendorOutputs[Kind] | Promise<VendorOutputs[Kind]>;
}

const KINDS: readonly VendorCallKind[] = ['computer', 'shell', 'patch', 'mcp-approval'];

const OPTION_KINDS: KindsOf<VendorToolDefinition<VendorCallKind>> = { ...SHARED_KINDS, kind: 'string' };

/**
 * Creates a tool that answers calls of a vendor's tool which the client runs, such as commands of a shell. The model learns of the
 * vendor's tool from `extra`, such as `extra: { openai: { tools: [{ type: 'shell', environment: { type: 'local' } }] } }`. Approval,
 * limits and `effect` apply as for other tools. Actions that are not valid become error results and do not run. Throws `config` for
 * an unknown kind.
 *
 * @example
 * const shell = defineVendorTool({
 *   kind: 'shell', approval: true, effect: 'once',
 *   run: ({ commands = [] }) => sandbox.run(commands),
 * });
 */
export function defineVendorTool<Kind extends VendorCallKind>(definition: VendorToolDefinition<Kind>): Tool {
  checkOptions('defineVendorTool', definition, OPTION_KINDS, ['kind', 'run']);
  const { kind, effect, timeoutMs, maxResultChars, concurrency, maxCalls, approval } = definition;
  if (!KINDS.includes(kind))
    throw new LlmError('config', `defineVendorTool: kind must be one of ${KINDS.join(', ')}, not "${kind}"`, {
      path: 'kind',
    });
  const action = (args: JsonObject): VendorActions[Kind] => args as unknown as VendorActions[Kind];
  return withConcurrencySlots({
    effect,
    timeoutMs,
    maxResultChars,
    // The actions of a computer depend on their order.
    concurrency: kind === 'computer' ? (concurrency ?? 1) : concurrency,
    maxCalls,
    name: vendorToolName(kind),
    description: `Answers calls of the kind "${kind}"`,
    parameters: { type: 'object' },
    approval: typeof approval === 'function' ? (args) => approval(action(args)) : approval,
    run: async (args: JsonObject, context): Promise<ToolOutput> => {
      checkAction(kind, args);
      return outputOf(kind, await definition.run(action(args), context));
    },
  });
}

/** Output of a vendor tool, with the details that the result of the call contains. */
export class VendorToolOutput {
  readonly content: ToolOutput;
  readonly details: JsonObject | undefined;

  constructor(content: ToolOutput, details?: JsonObject) {
    this.content = content;
    this.details = details;
  }
}

function outputOf(kind: VendorCallKind, output: unknown): VendorToolOutput {
  switch (kind) {
    case 'computer':
      return computerOutput(output);
    case 'shell':
      return typeof output === 'string' ? new VendorToolOutput(output) : commandOutputs(output);
    case 'patch':
      return new VendorToolOutput(typeof output === 'string' ? output : 'done');
    case 'mcp-approval':
      return approvalOf(output);
    default:
      return kind satisfies never;
  }
}

function computerOutput(output: unknown): VendorToolOutput {
  if (output instanceof Uint8Array || typeof output === 'string') return new VendorToolOutput(output);
  const {
    bytes,
    mediaType = 'image/png',
    text,
    acknowledged,
    url,
    browserState,
  } = asRecord(output) as ComputerOutput;
  if (!(bytes instanceof Uint8Array) && text === undefined && browserState === undefined)
    throw new TypeError(
      'a computer tool must return a screenshot as bytes, text, or { bytes, text, browserState }',
    );
  const content: ResultPiece[] = [];
  if (text !== undefined) content.push({ type: 'text', text });
  if (bytes !== undefined) content.push({ type: 'image', mediaType, bytes });
  return new VendorToolOutput(content, definedMembers({ acknowledged, url, browser_state: browserState }));
}

function commandOutputs(output: unknown): VendorToolOutput {
  const outputs: readonly unknown[] = isList(output) ? output : [output];
  for (const each of outputs)
    if (!isRecord(each) || typeof each['stdout'] !== 'string' || typeof each['stderr'] !== 'string')
      throw new TypeError('a shell tool must return text, or { stdout, stderr, exitCode } for each command');
  const commands = outputs as readonly CommandOutput[];
  const text = commands.map(commandText).join('\n');
  return new VendorToolOutput(text, { outputs: commands as unknown as JsonValue });
}

function commandText({ stdout, stderr, exitCode = 0, timedOut = false }: CommandOutput): string {
  const failure = exitCode === 0 ? '' : `exit code ${exitCode}`;
  const ending = timedOut ? 'timed out' : failure;
  return [stdout, stderr, ending].filter((text) => text !== '').join('\n');
}

function approvalOf(output: unknown): VendorToolOutput {
  const { approve, reason } = (typeof output === 'boolean' ? { approve: output } : output) as McpApproval;
  if (typeof approve !== 'boolean')
    throw new TypeError('an mcp-approval tool must return a boolean, or { approve, reason }');
  const details = { approve, ...(reason === undefined ? {} : { reason }) };
  return new VendorToolOutput(approve ? 'approved' : (reason ?? 'refused'), details);
}

/**
 * Tool that answers approvals of MCP calls if an agent has no tool of this kind. A person approves or denies each call, so the tool
 * only runs for approved calls.
 */
export const MCP_APPROVAL_TOOL: Tool = defineVendorTool({
  kind: 'mcp-approval',
  approval: true,
  run: () => true,
});
