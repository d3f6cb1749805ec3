import type { ToolReferenceBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { ModelRequest, ToolResultPart } from '@majordomo/core';
import type { Quirks } from './quirks.ts';

/** Names of the tools that a request sends with `defer_loading`. */
export type DeferredNames = ReadonlySet<string>;

/**
 * Returns the names of the tools to send with `defer_loading`. Returns an empty set if the model rejects this property, or if the
 * request has no other tool ("At least one tool must have defer_loading=false.").
 */
export function deferredNames(
  { tools }: ModelRequest,
  { toolReferences }: Pick<Quirks, 'toolReferences'>,
): DeferredNames {
  const loaded = tools.filter(({ deferred }) => deferred === true).map(({ name }) => name);
  return new Set(toolReferences && loaded.length < tools.length ? loaded : []);
}

/**
 * Returns the references that replace the content of a result that loads tools. The API rejects a reference to a tool that the
 * request does not define, and accepts only text in a failed result.
 */
export const referencesOf = (
  { loads = [], isError }: ToolResultPart,
  deferred: DeferredNames,
): ToolReferenceBlockParam[] =>
  [...new Set(isError === true ? [] : loads)]
    .filter((name) => deferred.has(name))
    .map((name) => ({ type: 'tool_reference', tool_name: name }));
