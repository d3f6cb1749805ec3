import type { Analysis } from '../ast/analysis.ts';
import { keyName, type Node } from '../ast/node.ts';
import { objectsOf } from '../ast/objects.ts';
import type { ReplacementName } from '../data/replacement.ts';
import { bodyInputs, wireHeaders, type RequiredEvidence } from '../data/wire.ts';

/** Evidence of an inference request in the arguments of a call, except the address. */
export interface Evidence {
  /** Header that only inference APIs use. */
  readonly header: { readonly name: string; readonly use: ReplacementName } | undefined;
  /** Whether a body has a model and an input. */
  readonly body: boolean;
}

/**
 * Maximum depth of the search for evidence. `fetch(url, { body: JSON.stringify({ … }) })` has two levels of objects, and a nested
 * `json: { body }` has one more level.
 */
const MAX_DEPTH = 3;

/** Returns the evidence in all object literals of the arguments. */
export function evidenceIn(args: readonly Node[], analysis: Analysis): Evidence {
  let header: Evidence['header'];
  let body = false;
  const search = (node: Node, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    for (const object of objectsOf(node, analysis)) {
      const keys = new Set<string>();
      for (const property of object.properties) {
        if (property.type === 'Property') {
          const name = keyName(property.key, property.computed)?.toLowerCase() ?? '';
          keys.add(name);
          const use = wireHeaders.get(name);
          if (use !== undefined) header ??= { name, use };
          search(property.value, depth + 1);
        } else search(property.argument, depth + 1);
      }
      body ||= keys.has('model') && [...bodyInputs].some((input) => keys.has(input));
    }
  };
  for (const argument of args) search(argument, 0);
  return { header, body };
}

export function isSufficient(needs: RequiredEvidence, evidence: Evidence, hasVendorName: boolean): boolean {
  switch (needs) {
    case 'nothing':
      return true;
    case 'any':
      return evidence.header !== undefined || evidence.body || hasVendorName;
    case 'name':
      return evidence.header !== undefined || hasVendorName;
    case 'header':
      return evidence.header !== undefined;
  }
}
