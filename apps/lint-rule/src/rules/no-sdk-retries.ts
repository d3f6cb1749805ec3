import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { startAnalysis, type Analysis } from '../ast/analysis.ts';
import { keyName, type Node } from '../ast/node.ts';
import { objectsOf } from '../ast/objects.ts';
import { originOf } from '../ast/origin.ts';
import { stringsOf } from '../ast/strings.ts';
import { retryOptions, type RetryOption } from '../data/retries.ts';
import { packageOf } from '../match/specifier.ts';
import { perOptions } from '../options.ts';
import { defineRule } from './define.ts';

const clientsOf = perOptions((options) => [...(options.clients ?? []), ...retryOptions]);

/** Reports SDK clients in provider packages unless the same file shows that their retries are disabled. */
export const noSdkRetries: Rule.RuleModule = defineRule({
  name: 'no-sdk-retries',
  description: 'Require raw SDK clients in provider packages to be built with their own retries off',
  messages: {
    on: "This SDK client may retry by itself; set '{{option}}: {{off}}' after all spreads, because majordomo retries calls.",
    off: 'Add {{option}}: {{off}}',
  },
  options: ['clients'],
  hasSuggestions: true,
  fileKind: 'inside-providers',
  mayApply: (text) => text.includes('new '),
  createListener({ context, code, options }) {
    const clients = clientsOf(options);
    return {
      NewExpression(node) {
        const client = builtClient(node, clients, startAnalysis(code));
        if (client === undefined || hasRetriesOff(node, client, startAnalysis(code))) return;
        const data = { option: client.option, off: client.off[0] ?? 0 };
        context.report({ node, messageId: 'on', data, suggest: suggestions(node, client, data) });
      },
    };
  },
});

function builtClient(
  node: ESTree.NewExpression,
  clients: readonly RetryOption[],
  analysis: Analysis,
): RetryOption | undefined {
  const origin = originOf(node.callee, analysis);
  if (origin?.from !== 'module') return undefined;
  const name = packageOf(origin.name);
  const exportName = origin.path.at(-1) ?? 'default';
  return clients.find((client) => client.package === name && client.classes.includes(exportName));
}

function hasRetriesOff(node: ESTree.NewExpression, client: RetryOption, analysis: Analysis): boolean {
  const [argument] = node.arguments;
  const objects = argument === undefined ? [] : objectsOf(argument, analysis);
  if (objects.length === 0) return client.offByDefault === true;
  return objects.every((object) => disablesRetries(object, client.option.split('.'), client, analysis));
}

/** Whether an object literal disables the retries. The last property of this name applies, unless an unknown spread follows. */
function disablesRetries(
  object: ESTree.ObjectExpression,
  path: readonly string[],
  client: RetryOption,
  analysis: Analysis,
): boolean {
  const [name, ...rest] = path;
  for (const property of object.properties.toReversed()) {
    if (property.type === 'SpreadElement') {
      const spread = objectsOf(property.argument, analysis);
      if (spread.length === 0) return client.offByDefault === true;
      if (spread.every((one) => hasProperty(one, name)))
        return spread.every((one) => disablesRetries(one, path, client, analysis));
      continue;
    }
    if (keyName(property.key, property.computed) !== name) continue;
    if (rest.length > 0)
      return objectsOf(property.value, analysis).every((one) => disablesRetries(one, rest, client, analysis));
    return stringsOf(property.value, analysis).every((text) =>
      client.off.some((off) => String(off) === text),
    );
  }
  return client.offByDefault === true;
}

function hasProperty(object: ESTree.ObjectExpression, name: string | undefined): boolean {
  return object.properties.some(
    (property) => property.type === 'Property' && keyName(property.key, property.computed) === name,
  );
}

function suggestions(
  node: ESTree.NewExpression & Rule.NodeParentExtension,
  client: RetryOption,
  data: Readonly<Record<string, string | number>>,
): Rule.SuggestionReportDescriptor[] {
  const argument: Node | undefined = node.arguments[0];
  const text = `${client.option}: ${client.off[0] ?? 0}`;
  if (client.option.includes('.')) return [];
  const suggest = (fix: Rule.ReportFixer): Rule.SuggestionReportDescriptor[] => [
    { messageId: 'off', data, fix },
  ];
  if (argument === undefined)
    return suggest((fixer) => fixer.replaceTextRange(afterCallee(node), `({ ${text} })`));
  if (argument.type !== 'ObjectExpression' || hasProperty(argument, client.option)) return [];
  const last = argument.properties.at(-1);
  return suggest((fixer) =>
    last === undefined
      ? fixer.replaceText(argument, `{ ${text} }`)
      : fixer.insertTextAfter(last, `, ${text}`),
  );
}

/** Returns the range after the name of the class in `new OpenAI` or `new OpenAI()`. */
function afterCallee(node: ESTree.NewExpression): [number, number] {
  return [node.callee.range?.[1] ?? 0, node.range?.[1] ?? 0];
}
