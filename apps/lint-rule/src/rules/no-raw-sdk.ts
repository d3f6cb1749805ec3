import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { startAnalysis } from '../ast/analysis.ts';
import { bare, child, keyName, type Node } from '../ast/node.ts';
import { isLoader, originOf } from '../ast/origin.ts';
import { stringsOf } from '../ast/strings.ts';
import { harmlessExports } from '../data/harmless.ts';
import { advice, GUIDE_URL } from '../data/replacement.ts';
import { mockMethods, mockObjects, sdks, type Sdk } from '../data/sdks.ts';
import { nameTable, packageOf, subpathOf } from '../match/specifier.ts';
import { perOptions } from '../options.ts';
import { defineRule, fixWith, type Edits, type RuleFile } from './define.ts';

const sdkFinder = perOptions((options) => {
  const extra = (options.packages ?? []).map((name): Sdk => ({ name, use: 'core' }));
  const find = nameTable<Sdk>([...extra, ...sdks]);
  const ignored = nameTable((options.ignore ?? []).map((name) => ({ name })));
  return (name: string): Sdk | undefined => (ignored(name) === undefined ? find(name) : undefined);
});

/** Matches files that may contain a call that loads or mocks a module by its name. */
const LOADER_HINT = /\b_{0,2}require\b|createRequire|getBuiltinModule|[mM]ock|[rR]equireActual|importActual/;

/** Function that returns the edits that replace the SDK in a file, or undefined if the file uses the SDK in other ways. */
type RewriteImport = (node: Rule.Node, name: string, code: RuleFile['code']) => Edits | undefined;

/** Creates the rule that reports imports, re-exports, `require` calls and mocks of packages that call models. */
export const noRawSdk = (rewrite?: RewriteImport): Rule.RuleModule =>
  defineRule({
    name: 'no-raw-sdk',
    description: 'Disallow raw model SDKs outside provider packages',
    messages: {
      raw: "'{{name}}' is a raw model SDK. {{advice}}",
      accounting:
        "'{{name}}' is a raw model SDK; this import only limits or counts calls ({{names}}). majordomo has its own health and limits for model calls. For other calls, use another library: {{guide}}",
    },
    options: ['packages', 'ignore', 'types'],
    isFixable: rewrite !== undefined,
    fileKind: 'outside-providers',
    createListener(file) {
      const { code, options } = file;
      const types = options.types === true;
      const check = sourceChecker(file, rewrite);
      const checkSource = (node: Rule.Node, source: Node | null | undefined, names?: Names): void => {
        if (source?.type === 'Literal' && typeof source.value === 'string') check(node, source.value, names);
      };
      return {
        ImportDeclaration(node) {
          if (types || !isTypeOnly(node, node.specifiers))
            checkSource(node, node.source, importedNames(node));
        },
        ExportNamedDeclaration(node) {
          if (node.source && (types || !isTypeOnly(node, node.specifiers))) checkSource(node, node.source);
        },
        ExportAllDeclaration(node) {
          if (types || !isTypeOnly(node, [])) checkSource(node, node.source);
        },
        ImportExpression(node) {
          if (node.source.type === 'Literal') checkSource(node, node.source);
          else for (const text of stringsOf(node.source, startAnalysis(code))) check(node, text);
        },
        TSImportEqualsDeclaration(node: Rule.Node) {
          const reference = child(node, 'moduleReference');
          if (reference !== undefined && (types || !isTypeOnly(node, [])))
            checkSource(node, child(reference, 'expression'));
        },
        ...(types && {
          TSImportType(node: Rule.Node) {
            const argument = child(node, 'source') ?? child(node, 'argument');
            checkSource(node, argument === undefined ? undefined : (child(argument, 'literal') ?? argument));
          },
        }),
        ...(LOADER_HINT.test(code.text) && {
          CallExpression(node: Rule.Node) {
            if (node.type !== 'CallExpression') return;
            const specifier = loadedSdk(node, file);
            if (specifier !== undefined) check(node, specifier);
          },
        }),
      };
    },
  });

/** Matches names of exports that count or limit calls, such as a circuit breaker, but do not call a model. */
const ACCOUNTING_NAME = /Breaker|Ledger|Cost|Budget|Quota|RateLimit|Health|Usage/;

/** Imported names, or undefined if the import may use every export. */
type Names = readonly string[] | undefined;

function importedNames({ specifiers }: ESTree.ImportDeclaration): Names {
  const values = specifiers.filter((one) => Reflect.get(one, 'importKind') !== 'type');
  const names = values.map((one) =>
    one.type === 'ImportSpecifier' ? keyName(one.imported, false) : undefined,
  );
  return names.every((name) => name !== undefined) && names.length > 0 ? names : undefined;
}

/** Whether the import uses only parts of a package that do not call models, such as splitters, ids and hooks. */
function isHarmless(name: string, specifier: string, names: Names): boolean {
  const entry = harmlessExports.find((one) => one.package === name);
  if (entry === undefined) return false;
  const subpath = subpathOf(specifier, name);
  if (subpath !== '' && entry.subpaths?.some((start) => subpath.startsWith(start)) === true) return true;
  // The names are exports of the package itself, and say nothing about its subpaths.
  if (entry.names === undefined || (entry.names !== '*' && subpath !== '')) return false;
  const { names: harmlessNames } = entry;
  return harmlessNames === '*' || names?.every((one) => harmlessNames.has(one)) === true;
}

/** Returns a function that reports a node whose specifier is that of a raw SDK, unless the imported names are harmless. */
function sourceChecker(
  file: RuleFile,
  rewrite: RewriteImport | undefined,
): (node: Rule.Node, specifier: string, names?: Names) => void {
  const find = sdkFinder(file.options);
  return (node, specifier, names) => {
    const name = packageOf(specifier);
    const sdk = name === undefined ? undefined : find(name);
    if (name === undefined || sdk === undefined || isHarmless(name, specifier, names)) return;
    if (names?.every((one) => ACCOUNTING_NAME.test(one)) === true) {
      const data = { name, names: names.join(', '), guide: GUIDE_URL };
      file.context.report({ node, messageId: 'accounting', data });
      return;
    }
    file.context.report({
      node,
      messageId: 'raw',
      data: { name, advice: advice(sdk.use) },
      ...fixWith(rewrite?.(node, name, file.code)),
    });
  };
}

/** Whether the declaration is `import type …`, or marks each of its names with `type`. */
function isTypeOnly(node: object, specifiers: readonly object[]): boolean {
  const kind: unknown = Reflect.get(node, 'importKind') ?? Reflect.get(node, 'exportKind');
  if (kind === 'type') return true;
  return (
    specifiers.length > 0 &&
    specifiers.every((one) => (Reflect.get(one, 'importKind') ?? Reflect.get(one, 'exportKind')) === 'type')
  );
}

/** Returns the raw SDK that a call loads or mocks, or undefined for any other call. */
function loadedSdk(call: ESTree.CallExpression, { code, options }: RuleFile): string | undefined {
  const [argument] = call.arguments;
  if (argument === undefined) return undefined;
  const isRaw = (text: string): boolean => {
    const name = packageOf(text);
    return name !== undefined && sdkFinder(options)(name) !== undefined;
  };
  const callee = bare(call.callee);
  // Check the literal before the callee, because few literals are the name of an SDK and `isModuleLoader` is slower.
  if (argument.type === 'Literal') {
    const { value } = argument;
    return typeof value === 'string' && isRaw(value) && isModuleLoader(callee, code) ? value : undefined;
  }
  // Many calls pass a variable, so skip functions whose name lacks `equire`, except in a file that contains `createRequire`.
  const mayHaveAnyName = callee.type !== 'Identifier' || code.text.includes('createRequire');
  if (!mayHaveAnyName && !callee.name.includes('equire')) return undefined;
  if (!isModuleLoader(callee, code)) return undefined;
  return stringsOf(argument, startAnalysis(code)).find(isRaw);
}

function isModuleLoader(callee: Node, code: RuleFile['code']): boolean {
  // Bundlers rename `require` to `_require` or `__require`.
  if (callee.type === 'Identifier' && /^_{1,2}require$/.test(callee.name)) return true;
  if (callee.type === 'MemberExpression') {
    const method = keyName(callee.property, callee.computed);
    if (method === undefined) return false;
    if (mockMethods.has(method))
      return callee.object.type === 'Identifier' && mockObjects.has(callee.object.name);
    if (method !== 'require' && method !== 'getBuiltinModule') return false;
  } else if (callee.type !== 'Identifier' && callee.type !== 'CallExpression') return false;
  const origin = originOf(callee, startAnalysis(code));
  return origin !== undefined && isLoader(origin);
}
