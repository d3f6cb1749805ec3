import type * as ESTree from 'estree';
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

const NO_EVIDENCE: Evidence = { header: undefined, body: false };
/**
 * Maximum depth of the search for evidence. `fetch(url, { body: JSON.stringify({ … }) })` has two levels of objects, and a nested
 * `json: { body }` has one more level.
 */
const MAX_DEPTH = 3;

export function evidenceIn(args: readonly Node[], analysis: Analysis, depth = 0): Evidence {
  let evidence = NO_EVIDENCE;
  if (depth > MAX_DEPTH) return evidence;
  for (const argument of args)
    for (const object of objectsOf(argument, analysis))
      evidence = mergeEvidence(evidence, evidenceInObject(object, analysis, depth));
  return evidence;
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

function evidenceInObject(object: ESTree.ObjectExpression, analysis: Analysis, depth: number): Evidence {
  const keys = new Set<string>();
  let evidence = NO_EVIDENCE;
  for (const property of object.properties) {
    if (property.type !== 'Property') {
      evidence = mergeEvidence(evidence, evidenceIn([property.argument], analysis, depth + 1));
      continue;
    }
    const key = keyName(property.key, property.computed)?.toLowerCase() ?? '';
    keys.add(key);
    const use = wireHeaders.get(key);
    if (use !== undefined) evidence = mergeEvidence(evidence, { header: { name: key, use }, body: false });
    evidence = mergeEvidence(evidence, evidenceIn([property.value], analysis, depth + 1));
  }
  const body = keys.has('model') && [...bodyInputs].some((input) => keys.has(input));
  return body ? mergeEvidence(evidence, { header: undefined, body }) : evidence;
}

function mergeEvidence(one: Evidence, other: Evidence): Evidence {
  return { header: one.header ?? other.header, body: one.body || other.body };
}
