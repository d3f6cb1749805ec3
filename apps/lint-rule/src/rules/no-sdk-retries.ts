import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { lookInto, type Look } from '../ast/look.ts';
import { keyName, type Node } from '../ast/node.ts';
import { objectsOf } from '../ast/objects.ts';
import { originOf } from '../ast/origin.ts';
import { textsOf } from '../ast/text.ts';
import { retryOptions, type RetryOption } from '../data/retries.ts';
import { packageOf } from '../match/specifier.ts';
import { perOptions } from '../options.ts';
import { defineRule } from './define.ts';

const clientsOf = perOptions((options) => [...(options.clients ?? []), ...retryOptions]);

/** In a provider package: a raw client must be built with its own retries visibly off. */
export const noSdkRetries: Rule.RuleModule = defineRule({
  name: 'no-sdk-retries',
  description: 'Require raw SDK clients in provider packages to be built with their own retries off',
  messages: {
    on: "The chain owns retries: build this client with '{{option}}: {{off}}' as the last word on it.",
    off: 'Add {{option}}: {{off}}',
  },
  options: ['clients'],
  hasSuggestions: true,
  where: 'inside-providers',
  concerns: (text) => text.includes('new '),
  visit({ context, code, options }) {
    const clients = clientsOf(options);
    return {
      NewExpression(node) {
        const client = clientBuilt(node, clients, lookInto(code));
        if (client === undefined || isOff(node, client, lookInto(code))) return;
        const data = { option: client.option, off: client.off[0] ?? 0 };
        context.report({ node, messageId: 'on', data, suggest: additions(node, client, data) });
      },
    };
  },
});

function clientBuilt(
  node: ESTree.NewExpression,
  clients: readonly RetryOption[],
  look: Look,
): RetryOption | undefined {
  const origin = originOf(node.callee, look);
  if (origin?.from !== 'module') return undefined;
  const name = packageOf(origin.name);
  const built = origin.path.at(-1) ?? 'default';
  return clients.find((client) => client.package === name && client.classes.includes(built));
}

function isOff(node: ESTree.NewExpression, client: RetryOption, look: Look): boolean {
  const [argument] = node.arguments;
  const objects = argument === undefined ? [] : objectsOf(argument, look);
  if (objects.length === 0) return client.offByDefault === true;
  return objects.every((object) => saysOff(object, client.option.split('.'), client, look));
}

/** Read from the end: what stands last wins, and a spread may say anything. */
function saysOff(
  object: ESTree.ObjectExpression,
  path: readonly string[],
  client: RetryOption,
  look: Look,
): boolean {
  const [name, ...rest] = path;
  for (const property of object.properties.toReversed()) {
    if (property.type === 'SpreadElement') {
      const spread = objectsOf(property.argument, look);
      if (spread.length === 0) return client.offByDefault === true;
      if (spread.every((one) => mentions(one, name)))
        return spread.every((one) => saysOff(one, path, client, look));
      continue;
    }
    if (keyName(property.key, property.computed) !== name) continue;
    if (rest.length > 0)
      return objectsOf(property.value, look).every((one) => saysOff(one, rest, client, look));
    return textsOf(property.value, look).every((text) => client.off.some((off) => String(off) === text));
  }
  return client.offByDefault === true;
}

function mentions(object: ESTree.ObjectExpression, name: string | undefined): boolean {
  return object.properties.some(
    (property) => property.type === 'Property' && keyName(property.key, property.computed) === name,
  );
}

function additions(
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
  if (argument.type !== 'ObjectExpression' || mentions(argument, client.option)) return [];
  const last = argument.properties.at(-1);
  return suggest((fixer) =>
    last === undefined
      ? fixer.replaceText(argument, `{ ${text} }`)
      : fixer.insertTextAfter(last, `, ${text}`),
  );
}

/** `new OpenAI` and `new OpenAI()`: all after the name. */
function afterCallee(node: ESTree.NewExpression): [number, number] {
  return [node.callee.range?.[1] ?? 0, node.range?.[1] ?? 0];
}
