import type * as ESTree from 'estree';
import type { Look } from '../ast/look.ts';
import { keyName, type Node } from '../ast/node.ts';
import { objectsOf } from '../ast/objects.ts';
import type { ReplacementName } from '../data/replacement.ts';
import { bodyInputs, wireHeaders, type Proof } from '../data/wire.ts';

/** What a call carries besides its address. */
export interface Evidence {
  /** A header that only inference wires use. */
  readonly header: { readonly name: string; readonly use: ReplacementName } | undefined;
  /** A body that names a model and an input. */
  readonly body: boolean;
}

const NO_EVIDENCE: Evidence = { header: undefined, body: false };
/** `fetch(url, { body: JSON.stringify({ … }) })` needs two; one more for a nested `json: { body }`. */
const MAX_DEPTH = 3;

export function evidenceIn(args: readonly Node[], look: Look, depth = 0): Evidence {
  let found = NO_EVIDENCE;
  if (depth > MAX_DEPTH) return found;
  for (const argument of args)
    for (const object of objectsOf(argument, look)) found = either(found, inObject(object, look, depth));
  return found;
}

export function proves(needs: Proof, evidence: Evidence, named: boolean): boolean {
  switch (needs) {
    case 'nothing':
      return true;
    case 'any':
      return evidence.header !== undefined || evidence.body || named;
    case 'name':
      return evidence.header !== undefined || named;
    case 'header':
      return evidence.header !== undefined;
  }
}

function inObject(object: ESTree.ObjectExpression, look: Look, depth: number): Evidence {
  const keys = new Set<string>();
  let found = NO_EVIDENCE;
  for (const property of object.properties) {
    if (property.type !== 'Property') {
      found = either(found, evidenceIn([property.argument], look, depth + 1));
      continue;
    }
    const key = keyName(property.key, property.computed)?.toLowerCase() ?? '';
    keys.add(key);
    const use = wireHeaders.get(key);
    if (use !== undefined) found = either(found, { header: { name: key, use }, body: false });
    found = either(found, evidenceIn([property.value], look, depth + 1));
  }
  const body = keys.has('model') && [...bodyInputs].some((input) => keys.has(input));
  return body ? either(found, { header: undefined, body }) : found;
}

function either(one: Evidence, other: Evidence): Evidence {
  return { header: one.header ?? other.header, body: one.body || other.body };
}
