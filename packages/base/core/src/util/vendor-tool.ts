import type {
  AssistantPart,
  ResultPart,
  ResultPiece,
  ToolCallPart,
  ToolResultPart,
  VendorCallKind,
  VendorCallPart,
} from '../types/messages.ts';
import type { JsonObject } from '../types/schema.ts';

const PREFIX = 'vendor:';

/** Returns the name of the tool that answers calls of a kind. `fitToolNames` sends no tool name with a colon to a model. */
export const vendorToolName = (kind: VendorCallKind): string => `${PREFIX}${kind}`;

/** Returns the kind of calls that the tool with this name answers; `undefined` for any other tool. */
export const vendorKindOf = (toolName: string): VendorCallKind | undefined =>
  toolName.startsWith(PREFIX) ? (toolName.slice(PREFIX.length) as VendorCallKind) : undefined;

/** Returns a call that waits for the client as a call of the tool that answers its kind, and any other call unchanged. */
export const asToolCall = (part: ToolCallPart | VendorCallPart): ToolCallPart =>
  part.type === 'tool-call'
    ? part
    : {
        type: 'tool-call',
        id: part.id,
        name: vendorToolName(part.kind),
        args: part.args,
        replay: part.replay,
      };

/** Returns a result of either kind of call as the result of a tool. */
export const asToolResult = (part: ResultPart): AnsweredCall =>
  part.type === 'tool-result'
    ? part
    : {
        type: 'tool-result',
        callId: part.callId,
        name: vendorToolName(part.kind),
        content: part.content,
        ...(part.output === undefined ? {} : { output: part.output }),
        ...(part.isError === undefined ? {} : { isError: part.isError }),
      };

/** Returns a result with other content. Removes the outputs of commands, which would be sent instead of the content. */
export function withResultContent<R extends ResultWithContent>(
  result: R,
  content: readonly ResultPiece[],
): R {
  if (result.output?.['outputs'] === undefined) return { ...result, content };
  const { outputs: _outputs, ...output } = result.output;
  return { ...result, content, output };
}

interface ResultWithContent {
  readonly content: readonly ResultPiece[];
  readonly output?: JsonObject | undefined;
}

/** Result of a tool, with the details of the kind if the tool answered a call that waits for the client. */
export interface AnsweredCall extends ToolResultPart {
  readonly output?: JsonObject | undefined;
}

/** Returns the results in the form that the calls of the turn require. */
export function resultsOfTurn(
  turn: readonly AssistantPart[],
  results: readonly AnsweredCall[],
): readonly ResultPart[] {
  return results.map(({ output, ...result }): ResultPart => {
    const call = turn.find((part) => part.type === 'vendor-call' && part.id === result.callId);
    if (call?.type !== 'vendor-call') return result;
    const { callId, content, isError } = result;
    return {
      type: 'vendor-result',
      callId,
      kind: call.kind,
      name: call.name,
      content,
      ...(output === undefined ? {} : { output }),
      ...(isError === undefined ? {} : { isError }),
    };
  });
}
