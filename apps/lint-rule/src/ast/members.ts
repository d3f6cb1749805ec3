import type * as ESTree from 'estree';
import { bare, child, isNode, keyName, parentOf, type Node } from './node.ts';

/** Returns the value of a property of an object literal. If several properties have this name, the last property applies. */
export function propertyOf(object: ESTree.ObjectExpression, name: string): Node | undefined {
  for (const property of object.properties.toReversed()) {
    if (property.type !== 'Property' || property.kind !== 'init') continue;
    if (keyName(property.key, property.computed) === name) return property.value;
  }
  return undefined;
}

/** Returns the initializer of a member of an enum. */
export function enumMember(node: Node, name: string): Node | undefined {
  if (node.type !== 'TSEnumDeclaration') return undefined;
  const members = node.body?.members ?? node.members ?? [];
  return members.find((member) => keyName(member.id, false) === name)?.initializer ?? undefined;
}

/** Returns the class that contains a node, or undefined. */
export function enclosingClass(node: Node): ESTree.Class | undefined {
  for (let at = parentOf(node); at !== undefined; at = parentOf(at))
    if (at.type === 'ClassDeclaration' || at.type === 'ClassExpression') return at;
  return undefined;
}

/** Returns the possible values of `this.name`, from the field, the getter, and the constructor's assignments and parameters. */
export function memberValues(owner: ESTree.Class, name: string): readonly Node[] {
  const values: Node[] = [];
  for (const member of owner.body.body) {
    if (member.type === 'PropertyDefinition' && keyName(member.key, member.computed) === name && member.value)
      values.push(member.value);
    if (member.type === 'MethodDefinition' && member.kind === 'constructor')
      values.push(...constructorValues(member.value, name));
    if (
      member.type === 'MethodDefinition' &&
      member.kind === 'get' &&
      keyName(member.key, member.computed) === name
    )
      values.push(...returnValues(member.value));
  }
  return values;
}

function constructorValues(constructor: ESTree.FunctionExpression, name: string): readonly Node[] {
  const values: Node[] = [];
  for (const parameter of constructor.params) {
    // In `constructor(private url = '…')`, the parameter is also a field.
    const property = child(parameter, 'parameter');
    if (property?.type !== 'AssignmentPattern') continue;
    if (property.left.type === 'Identifier' && property.left.name === name) values.push(property.right);
  }
  // The constructor of a declared class has no body, and neither has an overload.
  const body = child(constructor, 'body');
  for (const statement of body?.type === 'BlockStatement' ? body.body : []) {
    if (statement.type !== 'ExpressionStatement') continue;
    const { expression } = statement;
    if (expression.type !== 'AssignmentExpression' || expression.left.type !== 'MemberExpression') continue;
    const { left } = expression;
    if (left.object.type === 'ThisExpression' && keyName(left.property, left.computed) === name)
      values.push(expression.right);
  }
  return values;
}

/** Returns the type annotation of a field or of a constructor's parameter property, such as `ai: Ai`. */
export function memberType(owner: ESTree.Class, name: string): Node | undefined {
  for (const member of owner.body.body) {
    if (member.type === 'PropertyDefinition' && keyName(member.key, member.computed) === name)
      return child(member, 'typeAnnotation');
    if (member.type !== 'MethodDefinition' || member.kind !== 'constructor') continue;
    for (const parameter of member.value.params) {
      const property = child(parameter, 'parameter');
      if (property?.type === 'Identifier' && property.name === name) return child(property, 'typeAnnotation');
    }
  }
  return undefined;
}

/** Returns the values of the `return` statements at the top level of a function, or the expression of an arrow function. */
export function returnValues(node: Node): readonly Node[] {
  const body = child(node, 'body');
  if (body === undefined) return [];
  if (body.type !== 'BlockStatement') return [body];
  const values: Node[] = [];
  for (const statement of body.body)
    if (statement.type === 'ReturnStatement' && isNode(statement.argument))
      values.push(bare(statement.argument));
  return values;
}
