import { LlmError, type FilePart, type ModelRequest } from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';

/**
 * Throws `unsupported` if `extra` contains a vendor tool that the profile does not list for this model, so that the chain uses
 * another target. Checks the types in `tools`, and the names in `compound_custom.tools.enabled_tools` (Groq's compound models).
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
  const message = `${target}: the vendor tool "${unknown}" is not available (available: ${known}); remove it or use another model`;
  throw new LlmError('unsupported', message, { target, path: 'extra' });
}

function vendorToolsIn({ tools, compound_custom: compound }: ModelRequest['extra']): readonly string[] {
  const types = asList(tools).map((tool) => asText(asRecord(tool)['type']) ?? '');
  const inner = asRecord(asRecord(compound)['tools'])['enabled_tools'];
  return [...types, ...asList(inner).map((name) => asText(name) ?? '')].filter(
    (name) => !CALLER_TOOLS.has(name),
  );
}

/** Types of tools that the caller runs. A tool without a type is also run by the caller. */
const CALLER_TOOLS: ReadonlySet<string> = new Set(['', 'function', 'custom']);

/** Throws `unsupported` for a video, because these APIs accept files only if they are documents. */
export function rejectVideo({ mediaType }: FilePart): void {
  if (mediaType.startsWith('video/'))
    throw new LlmError('unsupported', `this API does not accept "${mediaType}"; use a model for video input`);
}
