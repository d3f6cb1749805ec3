import { LlmError, type FilePart, type ModelRequest } from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';

/**
 * Throws `unsupported` before anything is sent, for a tool of the vendor that this model is known not to have, so that a
 * chain continues with another target. These tools are in `extra`, as `tools` or as the tools of a compound model.
 */
export function rejectVendorTools(
  extra: ModelRequest['extra'],
  { vendorTools }: { readonly vendorTools: readonly string[] | 'any' },
  target: string,
): void {
  if (vendorTools === 'any') return;
  const unknown = vendorToolsIn(extra).find((name) => !vendorTools.includes(name));
  if (unknown === undefined) return;
  const known = vendorTools.length === 0 ? 'none' : vendorTools.join(', ');
  throw new LlmError('unsupported', `${target} has no vendor tool "${unknown}"; available: ${known}`, {
    target,
    path: 'extra',
  });
}

function vendorToolsIn({ tools, compound_custom: compound }: ModelRequest['extra']): readonly string[] {
  const types = asList(tools).map((tool) => asText(asRecord(tool)['type']) ?? '');
  const inner = asRecord(asRecord(compound)['tools'])['enabled_tools'];
  return [...types, ...asList(inner).map((name) => asText(name) ?? '')].filter(
    (name) => !CALLER_TOOLS.has(name),
  );
}

/** Types of tools that the caller runs. A tool without a type is one of these. */
const CALLER_TOOLS: ReadonlySet<string> = new Set(['', 'function', 'custom']);

/** Throws `unsupported` for a video: files of these wires are documents. */
export function rejectVideo({ mediaType }: FilePart): void {
  if (mediaType.startsWith('video/'))
    throw new LlmError('unsupported', `this wire takes no files of type ${mediaType}`);
}
