import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { variableOf } from '../ast/binding.ts';
import { startAnalysis, type Analysis } from '../ast/analysis.ts';
import { enclosingClass, memberType } from '../ast/members.ts';
import { bare, child, keyName, type Node } from '../ast/node.ts';
import { originOf } from '../ast/origin.ts';
import { UNKNOWN_MARK, stringsOf } from '../ast/strings.ts';
import { bindingInputs, bindingNames, bindingModelPattern } from '../data/bindings.ts';
import { advice } from '../data/replacement.ts';
import { objectsOf } from '../ast/objects.ts';
import { perOptions } from '../options.ts';
import { defineRule, fixWith, type Edits, type RuleFile } from './define.ts';

const namesOf = perOptions((options) => new Set([...bindingNames, ...(options.bindings ?? [])]));

/** Matches files with the id of a hosted model, a usual name of a binding, or its type `Ai`. */
const BINDING_HINT = /@(?:cf|hf)\/|\b(?:AI|ai|Ai)\b/;

/** Function that returns the edits that replace a plain call of a binding, or undefined for any other call. */
type RewriteBinding = (
  call: ESTree.CallExpression,
  binding: string,
  code: RuleFile['code'],
) => Edits | undefined;

/** Creates the rule that reports Workers AI calls through the binding: `env.AI.run(…)`. */
export const noRawAiBinding = (rewrite?: RewriteBinding): Rule.RuleModule =>
  defineRule({
    name: 'no-raw-ai-binding',
    description: 'Disallow raw Workers AI binding calls outside provider packages',
    messages: {
      raw: 'Raw Workers AI call (`{{callee}}`). {{advice}}',
    },
    isFixable: rewrite !== undefined,
    options: ['bindings'],
    fileKind: 'outside-providers',
    mayApply: (text, options) =>
      text.includes('run') && (BINDING_HINT.test(text) || options.bindings !== undefined),
    createListener({ context, code, options }) {
      const names = namesOf(options);
      const mayCallIndirectly = RUN_REFERENCE.test(code.text);
      return {
        CallExpression(node) {
          if (node.arguments.length === 0 || !(mayCallIndirectly || isRunMember(node.callee))) return;
          if (!isRun(node, names, startAnalysis(code))) return;
          const calleeCode = code.getText(node.callee).replaceAll(/\s+/g, ' ').slice(0, MAX_CODE_LENGTH);
          const binding = bindingIn(calleeCode);
          const recommendation = advice('cloudflare').replace('env.AI', binding ?? 'env.AI');
          const edits = binding === undefined ? undefined : rewrite?.(node, binding, code);
          context.report({
            node,
            messageId: 'raw',
            data: { callee: calleeCode, advice: recommendation },
            ...fixWith(edits),
          });
        },
      };
    },
  });

const MAX_CODE_LENGTH = 60;

/** Returns the binding of a callee: `this.env.AI.run` → `this.env.AI`. Otherwise undefined. */
const bindingIn = (calleeCode: string): string | undefined =>
  /^([\w$.]+(?<!\bgateway))\??\.run$/.exec(calleeCode)?.[1];

/** Matches a use of the method without a direct call, such as `env.AI.run.bind(…)` or `const { run } = env.AI`. */
const RUN_REFERENCE = /\brun\b(?!\s*\()/;

function isRunMember(callee: Node): boolean {
  const node = bare(callee);
  return node.type === 'MemberExpression' && nameOf(node) === 'run';
}

/** Whether the call is `env.AI.run(…)`, or an indirect call such as `env.AI.run.call(env.AI, …)`. */
function isRun(call: ESTree.CallExpression, names: ReadonlySet<string>, analysis: Analysis): boolean {
  const callee = bare(call.callee);
  if (callee.type !== 'MemberExpression' && callee.type !== 'Identifier') return false;
  const origin = originOf(callee, analysis);
  // The names of `env.AI.run` are `env`, `AI` and `run`. The name `()` is a call: `env.AI.gateway('id').run`.
  const path = origin === undefined ? [] : [origin.name, ...origin.path];
  const isDirect = path.at(-1) === 'run' || isRunMember(callee);
  const isIndirect = path.at(-2) === 'run' && (path.at(-1) === 'call' || path.at(-1) === 'apply');
  if (!isDirect && !isIndirect) return false;
  const [model, input] = isIndirect ? call.arguments.slice(1) : call.arguments;
  if (model === undefined) return false;
  const texts = stringsOf(model, analysis);
  if (texts.some((text) => bindingModelPattern.test(text))) return true;
  if (callee.type === 'MemberExpression' && isTypedAi(callee.object, analysis)) return true;
  const receiver = path.slice(0, isIndirect ? -2 : -1);
  const last = receiver.at(-1) ?? '';
  if (last === '()') return isGateway(receiver, names);
  return names.has(last) && looksLikeModelCall(texts, input, analysis);
}

function nameOf(member: ESTree.MemberExpression): string | undefined {
  return keyName(member.property, member.computed);
}

/** Whether the call is `env.AI.gateway('id').run({ … })`. */
function isGateway(receiver: readonly string[], names: ReadonlySet<string>): boolean {
  return receiver.at(-2) === 'gateway' && names.has(receiver.at(-3) ?? '');
}

/** Whether the arguments contain a model's id or input. A call such as `game.ai.run(board, depth)` contains neither. */
function looksLikeModelCall(texts: readonly string[], input: Node | undefined, analysis: Analysis): boolean {
  if (texts.some(looksLikeModel)) return true;
  if (input === undefined) return false;
  return objectsOf(input, analysis).some((object) =>
    object.properties.some(
      (property) =>
        property.type === 'Property' && bindingInputs.has(keyName(property.key, property.computed) ?? ''),
    ),
  );
}

/** Whether a text is an id such as `vendor/name`, or an unknown value whose variable has a name such as `modelId`. */
function looksLikeModel(text: string): boolean {
  if (text.startsWith(UNKNOWN_MARK)) return /model/i.test(text);
  return /^[\w.-]+\/[\w./:-]+$/.test(text);
}

/** Whether the receiver has the type `Ai`, as a parameter, a variable, a field or a parameter property. */
function isTypedAi(receiver: Node, analysis: Analysis): boolean {
  const object = bare(receiver);
  if (object.type === 'Identifier') {
    const names = variableOf(object, analysis.code)?.identifiers ?? [];
    return names.some((identifier) => mentionsAi(child(identifier, 'typeAnnotation'), analysis));
  }
  if (object.type !== 'MemberExpression' || object.object.type !== 'ThisExpression') return false;
  const owner = enclosingClass(object);
  const name = nameOf(object);
  return owner !== undefined && name !== undefined && mentionsAi(memberType(owner, name), analysis);
}

function mentionsAi(annotation: Node | undefined, { code }: Analysis): boolean {
  const [start, end] = annotation?.range ?? [0, 0];
  return /\bAi\b/.test(code.text.slice(start, end));
}
