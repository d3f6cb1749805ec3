import type * as ESTree from 'estree';
import { bare, type Node } from '../ast/node.ts';
import type { RawFormat, Translation } from './dialects.ts';
import {
  replaceAround,
  plainProperties,
  rangeOf,
  renameProperty,
  removeProperty,
  type Edit,
} from './edit.ts';

/** Local names of the functions that create messages in the rewritten file. */
export interface MessageNames {
  readonly user: string;
  readonly assistant: string;
}

export interface RequestRewrite {
  readonly edits: readonly Edit[];
  /** Model of the request, or undefined if the request has none. */
  readonly model: Node | undefined;
}

/** Returns the edits that turn a raw request into a `ChatRequest`. Returns undefined if an option has no translation. */
export function rewriteRequest(
  request: ESTree.ObjectExpression,
  form: RawFormat,
  names: MessageNames,
): RequestRewrite | undefined {
  const properties = plainProperties(request);
  if (properties === undefined || !hasInput(properties)) return undefined;
  const edits: Edit[] = [];
  const keys = new Set<string>();
  for (const [name, property] of properties) {
    // `Object.hasOwn` excludes members of the prototype, such as `constructor`.
    const translation = Object.hasOwn(form.options, name) ? form.options[name] : undefined;
    if (translation === undefined) return undefined;
    const key = newNameOf(translation);
    // Two options such as `max_tokens` and `max_completion_tokens` would become the same property.
    if (keys.has(key)) return undefined;
    keys.add(key);
    const edited = rewriteOption(request, property, translation, names);
    if (edited === undefined) return undefined;
    edits.push(...edited);
  }
  return { edits, model: properties.get('model')?.value };
}

/** Returns the name of the option after the rewrite. An input becomes a message. */
function newNameOf(translation: Translation): string {
  if (translation.kind === 'rename') return translation.to;
  return translation.kind === 'input' ? 'messages' : translation.kind;
}

function hasInput(properties: ReadonlyMap<string, ESTree.Property>): boolean {
  return ['messages', 'input', 'prompt'].some((name) => properties.has(name));
}

function rewriteOption(
  request: ESTree.ObjectExpression,
  property: ESTree.Property,
  translation: Translation,
  names: MessageNames,
): readonly Edit[] | undefined {
  const value = bare(property.value);
  switch (translation.kind) {
    case 'rename':
      // The system text of a `ChatRequest` is a string, not a list of blocks.
      return value.type === 'ArrayExpression' && translation.to === 'system'
        ? undefined
        : renameProperty(property, translation.to);
    case 'model':
      return [removeProperty(request, property)];
    case 'off':
      return value.type === 'Literal' && value.value === false
        ? [removeProperty(request, property)]
        : undefined;
    case 'stop':
      if (value.type === 'ArrayExpression') return [];
      return value.type === 'Literal' ? replaceAround(property.value, property.value, '[', ']') : undefined;
    case 'input':
      if (!isText(value)) return undefined;
      return replaceAround(property, property.value, `messages: [${names.user}(`, ')]');
    case 'messages':
      return value.type === 'ArrayExpression' ? rewriteMessages(value, names) : undefined;
  }
}

function rewriteMessages(list: ESTree.ArrayExpression, names: MessageNames): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  for (const element of list.elements) {
    if (element?.type !== 'ObjectExpression') return undefined;
    const properties = plainProperties(element);
    const role = properties?.get('role')?.value;
    const content = properties?.get('content')?.value;
    if (properties?.size !== 2 || role?.type !== 'Literal' || content === undefined || !isText(bare(content)))
      return undefined;
    const [before, after] = messageWrapper(role.value, names) ?? [];
    if (before === undefined || after === undefined) return undefined;
    edits.push(...replaceAround(element, content, before, after));
  }
  return edits;
}

function messageWrapper(role: unknown, names: MessageNames): readonly [string, string] | undefined {
  switch (role) {
    case 'user':
      return [`${names.user}(`, ')'];
    case 'assistant':
      return [`${names.assistant}(`, ')'];
    case 'system':
    case 'developer':
      return ["{ role: 'system', parts: [{ type: 'text', text: ", ' }] }'];
    default:
      return undefined;
  }
}

/** Whether the value can be a string. The rewrite does not translate the parts of a list or an object, such as images. */
function isText(value: Node): boolean {
  return (
    value.type !== 'ArrayExpression' && value.type !== 'ObjectExpression' && value.type !== 'SpreadElement'
  );
}

/** Returns the spec of a model: `'gpt-x'` → `'openai/gpt-x'`, `model` → `` `openai/${model}` ``. Otherwise undefined. */
export function specOf(model: Node | undefined, provider: string, text: string): string | undefined {
  if (model === undefined) return undefined;
  const value = bare(model);
  const [start, end] = rangeOf(value);
  const source = text.slice(start, end);
  if (value.type === 'Literal')
    return typeof value.value === 'string' ? `'${provider}/${value.value}'` : undefined;
  if (value.type !== 'Identifier' && value.type !== 'MemberExpression') return undefined;
  return `\`${provider}/\${${source}}\``;
}
