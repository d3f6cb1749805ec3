import type * as ESTree from 'estree';
import { within, type Look } from './look.ts';
import { returnsOf } from './members.ts';
import { bare, isFunction, keyName, type Node } from './node.ts';
import { valuesOf } from './text.ts';

/** The object literals that an expression may stand for, also through names and one-line functions. */
export function objectsOf(node: Node, look: Look): readonly ESTree.ObjectExpression[] {
  const value = bare(node);
  switch (value.type) {
    case 'ObjectExpression':
      return [value];
    case 'LogicalExpression':
      return [...objectsOf(value.left, look), ...objectsOf(value.right, look)];
    case 'ConditionalExpression':
      return [...objectsOf(value.consequent, look), ...objectsOf(value.alternate, look)];
    case 'AwaitExpression':
      return objectsOf(value.argument, look);
    case 'CallExpression':
      return isStringify(value)
        ? value.arguments.slice(0, 1).flatMap((argument) => objectsOf(argument, look))
        : returned(value.callee, look);
    case 'NewExpression':
      // `new Headers({ … })`
      return value.arguments.slice(0, 1).flatMap((argument) => objectsOf(argument, look));
    case 'Identifier':
    case 'MemberExpression':
      return within(look, value, [], () => valuesOf(value, look).flatMap((one) => objectsOf(one, look)));
    default:
      return [];
  }
}

function returned(callee: Node, look: Look): readonly ESTree.ObjectExpression[] {
  return valuesOf(callee, look)
    .filter((value) => isFunction(value))
    .flatMap((value) => returnsOf(value))
    .flatMap((value) => (value.type === 'ObjectExpression' ? [value] : []));
}

function isStringify(call: ESTree.CallExpression): boolean {
  const callee = bare(call.callee);
  return callee.type === 'MemberExpression' && keyName(callee.property, callee.computed) === 'stringify';
}
