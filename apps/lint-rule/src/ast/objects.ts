import type * as ESTree from 'estree';
import { withinLimits, type Analysis } from './analysis.ts';
import { bare, keyName, type Node } from './node.ts';
import { returnedValues, valuesOf } from './strings.ts';

/**
 * Returns the object literals that an expression may evaluate to, or that it passes to `JSON.stringify` or a constructor.
 * Resolves names and calls of simple functions.
 */
export function objectsOf(node: Node, analysis: Analysis): readonly ESTree.ObjectExpression[] {
  const value = bare(node);
  switch (value.type) {
    case 'ObjectExpression':
      return [value];
    case 'LogicalExpression':
      return [...objectsOf(value.left, analysis), ...objectsOf(value.right, analysis)];
    case 'ConditionalExpression':
      return [...objectsOf(value.consequent, analysis), ...objectsOf(value.alternate, analysis)];
    case 'AwaitExpression':
      return objectsOf(value.argument, analysis);
    case 'CallExpression':
      return isStringify(value)
        ? value.arguments.slice(0, 1).flatMap((argument) => objectsOf(argument, analysis))
        : returnedValues(value.callee, analysis).filter((returned) => returned.type === 'ObjectExpression');
    case 'NewExpression':
      // The first argument contains the members, as in `new Headers({ … })`.
      return value.arguments.slice(0, 1).flatMap((argument) => objectsOf(argument, analysis));
    case 'Identifier':
    case 'MemberExpression':
      return withinLimits(analysis, value, [], () =>
        valuesOf(value, analysis).flatMap((one) => objectsOf(one, analysis)),
      );
    default:
      return [];
  }
}

function isStringify(call: ESTree.CallExpression): boolean {
  const callee = bare(call.callee);
  return callee.type === 'MemberExpression' && keyName(callee.property, callee.computed) === 'stringify';
}
