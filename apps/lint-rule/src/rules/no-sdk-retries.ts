import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { withinLimits, startAnalysis, type Analysis } from '../ast/analysis.ts';
import { bindingsOf, variableOf } from '../ast/binding.ts';
import { bare, keyName, type Node } from '../ast/node.ts';
import { originOf } from '../ast/origin.ts';
import { returnedValues, valuesAtPath, valuesOf } from '../ast/strings.ts';
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
        if (client === undefined) return;
        // The search of the class and the search of the option each have all steps of an analysis.
        const search = { client, path: client.option.split('.'), analysis: startAnalysis(code) };
        if (hasRetriesOff(node.arguments[0], search)) return;
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

/** Search for the option of a client in an expression. */
interface OptionSearch {
  readonly client: RetryOption;
  /** Names from the expression to the option. Empty if the expression is the value of the option. */
  readonly path: readonly string[];
  readonly analysis: Analysis;
}

/**
 * Value of the option in an expression. `off` disables the retries in every case. `unset` disables them too, or the expression
 * does not contain the option. `on` is any other value, and a value that the file does not show.
 */
type Setting = 'off' | 'unset' | 'on';

function hasRetriesOff(node: Node | undefined, search: OptionSearch): boolean {
  const setting = node === undefined ? 'unset' : settingOf(node, search);
  return setting === 'unset' ? search.client.offByDefault === true : setting === 'off';
}

function settingOf(node: Node, search: OptionSearch): Setting {
  const { client, path, analysis } = search;
  const value = bare(node);
  if (value.type === 'ObjectExpression') return objectSetting(value, search);
  if (value.type === 'Identifier' && value.name === 'undefined') return 'unset';
  if (value.type === 'Literal' && path.length > 0) return 'unset';
  if (value.type === 'Literal') return client.off.some((off) => off === value.value) ? 'off' : 'on';
  // If the left operand is falsy, the expression does not contain the option.
  if (value.type === 'LogicalExpression' && value.operator === '&&')
    return settingOf(value.right, search) === 'on' ? 'on' : 'unset';
  return withinLimits(analysis, value, 'on', () => {
    const settings = alternativesOf(value, analysis).map((one) => settingOf(one, search));
    // Unknown options are accepted if the SDK retries only on request. An unknown value of the option may be a request.
    if (settings.length === 0) return client.offByDefault === true && path.length > 0 ? 'unset' : 'on';
    if (settings.includes('on')) return 'on';
    return settings.includes('unset') ? 'unset' : 'off';
  });
}

/** Returns the value of the option in an object literal, whose last property of a name applies. */
function objectSetting(object: ESTree.ObjectExpression, search: OptionSearch): Setting {
  const [name, ...path] = search.path;
  for (const property of object.properties.toReversed()) {
    if (property.type === 'SpreadElement') {
      const setting = settingOf(property.argument, search);
      if (setting !== 'unset') return setting;
    } else if (keyName(property.key, property.computed) === name) {
      return hasRetriesOff(property.value, { ...search, path }) ? 'off' : 'on';
    }
  }
  return 'unset';
}

/** Returns the expressions that an expression may evaluate to, or none if the file does not contain each of them. */
function alternativesOf(value: Node, analysis: Analysis): readonly Node[] {
  switch (value.type) {
    case 'ConditionalExpression':
      return [value.consequent, value.alternate];
    case 'LogicalExpression':
      return [value.left, value.right];
    case 'AwaitExpression':
      return [value.argument];
    case 'CallExpression':
      return returnedValues(value.callee, analysis);
    case 'MemberExpression':
      return valuesOf(value, analysis);
    case 'Identifier': {
      const variable = variableOf(value, analysis.code);
      const values = (variable === undefined ? [] : bindingsOf(variable)).map((binding) =>
        binding.kind === 'value' ? valuesAtPath(binding.node, binding.path, analysis) : [],
      );
      return values.every((found) => found.length > 0) ? values.flat() : [];
    }
    default:
      return [];
  }
}

function hasProperty(object: ESTree.ObjectExpression, name: string): boolean {
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
