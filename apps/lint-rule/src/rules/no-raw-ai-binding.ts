import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { variableOf } from '../ast/binding.ts';
import { lookInto, type Look } from '../ast/look.ts';
import { classAround, memberType } from '../ast/members.ts';
import { bare, child, keyName, type Node } from '../ast/node.ts';
import { originOf } from '../ast/origin.ts';
import { HOLE, textsOf } from '../ast/text.ts';
import { bindingInputs, bindingNames, isBindingModel } from '../data/bindings.ts';
import { advice } from '../data/replacement.ts';
import { objectsOf } from '../ast/objects.ts';
import { perOptions } from '../options.ts';
import { defineRule, fixWith, type Edits, type File } from './define.ts';

const namesOf = perOptions((options) => new Set([...bindingNames, ...(options.bindings ?? [])]));

const TRACE = /@(?:cf|hf)\/|\b(?:AI|ai|Ai)\b/;

/** Returns the edits that replace a plain call of a binding, or undefined for any other call. */
type RewriteBinding = (call: ESTree.CallExpression, binding: string, code: File['code']) => Edits | undefined;

/** Bans Workers AI calls through the binding: `env.AI.run(…)`. */
export const noRawAiBinding = (rewrite?: RewriteBinding): Rule.RuleModule =>
  defineRule({
    name: 'no-raw-ai-binding',
    description: 'Disallow raw Workers AI binding calls outside provider packages',
    messages: {
      raw: 'Raw Workers AI call (`{{called}}`). {{advice}}',
    },
    isFixable: rewrite !== undefined,
    options: ['bindings'],
    where: 'outside-providers',
    concerns: (text, options) => text.includes('run') && (TRACE.test(text) || options.bindings !== undefined),
    visit({ context, code, options }) {
      const names = namesOf(options);
      const mayBorrow = BORROWED.test(code.text);
      return {
        CallExpression(node) {
          if (node.arguments.length === 0 || !(mayBorrow || isNamedRun(node.callee))) return;
          if (!isRun(node, names, lookInto(code))) return;
          const called = code.getText(node.callee).replaceAll(/\s+/g, ' ').slice(0, LONGEST_NAME);
          const binding = bindingIn(called);
          const told = advice('cloudflare').replace('env.AI', binding ?? 'env.AI');
          const edits = binding === undefined ? undefined : rewrite?.(node, binding, code);
          context.report({ node, messageId: 'raw', data: { called, advice: told }, ...fixWith(edits) });
        },
      };
    },
  });

const LONGEST_NAME = 60;

/** `this.env.AI.run` → `this.env.AI`; `undefined` for what is no plain path of names. */
const bindingIn = (called: string): string | undefined =>
  /^([\w$.]+(?<!\bgateway))\??\.run$/.exec(called)?.[1];

/** Somewhere the method itself is handed on: `env.AI.run.bind(…)`, `const { run } = env.AI`. */
const BORROWED = /\brun\b(?!\s*\()/;

function isNamedRun(callee: Node): boolean {
  const node = bare(callee);
  return node.type === 'MemberExpression' && nameOf(node) === 'run';
}

function isRun(call: ESTree.CallExpression, names: ReadonlySet<string>, look: Look): boolean {
  const callee = bare(call.callee);
  if (callee.type !== 'MemberExpression' && callee.type !== 'Identifier') return false;
  const origin = originOf(callee, look);
  const path = origin === undefined ? [] : [origin.name, ...origin.path];
  const direct = path.at(-1) === 'run' || (callee.type === 'MemberExpression' && nameOf(callee) === 'run');
  const borrowed = path.at(-2) === 'run' && (path.at(-1) === 'call' || path.at(-1) === 'apply');
  if (!direct && !borrowed) return false;
  const [model, input] = borrowed ? call.arguments.slice(1) : call.arguments;
  if (model === undefined) return false;
  const texts = textsOf(model, look);
  if (texts.some((text) => isBindingModel.test(text))) return true;
  if (callee.type === 'MemberExpression' && isTypedAi(callee.object, look)) return true;
  const receiver = path.slice(0, borrowed ? -2 : -1);
  const named = receiver.at(-1) === '()' ? isGateway(receiver, names) : names.has(receiver.at(-1) ?? '');
  return named && (receiver.at(-1) === '()' || isModelish(texts, input, look));
}

function nameOf(member: ESTree.MemberExpression): string | undefined {
  return keyName(member.property, member.computed);
}

/** `env.AI.gateway('id').run({ … })` */
function isGateway(receiver: readonly string[], names: ReadonlySet<string>): boolean {
  return receiver.at(-2) === 'gateway' && names.has(receiver.at(-3) ?? '');
}

/** `game.ai.run(board, depth)` has the name but neither a model nor an input of one. */
function isModelish(texts: readonly string[], input: Node | undefined, look: Look): boolean {
  if (texts.some((text) => (text.startsWith(HOLE) ? /model/i.test(text) : /^[\w.-]+\/[\w./:-]+$/.test(text))))
    return true;
  if (input === undefined) return false;
  return objectsOf(input, look).some((object) =>
    object.properties.some(
      (property) =>
        property.type === 'Property' && bindingInputs.has(keyName(property.key, property.computed) ?? ''),
    ),
  );
}

/** `ai: Ai`, as a parameter, a variable, a field or a constructor's property. */
function isTypedAi(receiver: Node, look: Look): boolean {
  const object = bare(receiver);
  if (object.type === 'Identifier') {
    const names = variableOf(object, look.code)?.identifiers ?? [];
    return names.some((identifier) => namesAi(child(identifier, 'typeAnnotation'), look));
  }
  if (object.type !== 'MemberExpression' || object.object.type !== 'ThisExpression') return false;
  const owner = classAround(object);
  const name = nameOf(object);
  return owner !== undefined && name !== undefined && namesAi(memberType(owner, name), look);
}

function namesAi(annotation: Node | undefined, { code }: Look): boolean {
  const [start, end] = annotation?.range ?? [0, 0];
  return /\bAi\b/.test(code.text.slice(start, end));
}
