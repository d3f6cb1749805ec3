import type { JsonObject, JsonValue, ModelRequest, VendorCallPart, VendorResultPart } from '@majordomo/core';
import { asList, asText, isRecord } from '@majordomo/core/toolkit';

/**
 * Returns a function that recognizes the actions of Gemini's computer. They are function calls like others, so each function that the
 * request does not declare is an action if `extra` contains the tool `computerUse`.
 */
export function computerActions({ extra, tools }: ModelRequest): (name: string) => boolean {
  const hasComputer = asList(extra['tools']).some(
    (tool) => isRecord(tool) && ('computerUse' in tool || 'computer_use' in tool),
  );
  if (!hasComputer) return () => false;
  const declared = new Set(tools.map(({ name }) => name));
  return (name) => !declared.has(name);
}

/** Call of an action of Gemini's computer. */
export interface ActionCall {
  readonly id: string | null | undefined;
  readonly name: string;
  /** Signature of the call, or an object with the signature and the members of the part that this package does not know. */
  readonly data: JsonValue | undefined;
}

/**
 * Converts a call of an action. Its argument `safety_decision` is a safety check. If the call has no valid arguments, `args` is `undefined`
 * and `actions` is empty, so that no tool runs the call.
 */
export function computerCall(
  { id, name, data }: ActionCall,
  args: JsonObject | undefined,
  family: string,
): Omit<VendorCallPart, 'type'> {
  const { safety_decision: check, ...members } = args ?? {};
  const checks = isRecord(check) ? { pending_safety_checks: [check] } : {};
  const actions = args === undefined ? [] : [{ ...members, type: name }];
  const signed = typeof data === 'string' ? { signature: data } : (data as JsonObject | undefined);
  return {
    id: id ?? '',
    kind: 'computer',
    name,
    args: { actions, toolset: 'computerUse', ...checks },
    replay: { family, data: { ...signed, args: args ?? {} } },
  };
}

/**
 * Returns the members of a response to an action besides its text (ai.google.dev/gemini-api/docs/computer-use, 2026-11). `output` is
 * that of a computer tool of the application. Its `acknowledged` is `true`, or a list of the checks that a person accepted.
 */
export function computerResponse({ output = {} }: VendorResultPart): JsonObject {
  const url = asText(output['url']);
  const isAcknowledged = output['acknowledged'] === true || asList(output['acknowledged']).length > 0;
  return {
    ...(url !== undefined && { url }),
    ...(isAcknowledged && { safety_acknowledgement: 'true' }),
  };
}
