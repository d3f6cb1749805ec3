import type { Rule } from 'eslint';
import type * as ESTree from 'estree';
import { lookInto } from '../ast/look.ts';
import { bare, child, keyName, type Node } from '../ast/node.ts';
import { isLoader, originOf } from '../ast/origin.ts';
import { textsOf } from '../ast/text.ts';
import { harmless } from '../data/harmless.ts';
import { advice, DOCUMENT } from '../data/replacement.ts';
import { mockMethods, mockObjects, sdks, type Sdk } from '../data/sdks.ts';
import { nameTable, packageOf, subpathOf } from '../match/specifier.ts';
import { perOptions } from '../options.ts';
import { defineRule, fixWith, type Edits, type File } from './define.ts';

const lookup = perOptions((options) => {
  const extra = (options.packages ?? []).map((name): Sdk => ({ name, use: 'core' }));
  const find = nameTable<Sdk>([...extra, ...sdks]);
  const ignored = nameTable((options.ignore ?? []).map((name) => ({ name })));
  return (name: string): Sdk | undefined => (ignored(name) === undefined ? find(name) : undefined);
});

/** Where a call can load or fake a module by its name. */
const LOADS = /\b_{0,2}require\b|createRequire|getBuiltinModule|[mM]ock|[rR]equireActual|importActual/;

/** Returns the edits that replace the SDK in the whole file, or undefined if the file uses it in any other way. */
type RewriteImport = (node: Rule.Node, name: string, code: File['code']) => Edits | undefined;

/** Bans packages that call models, however they are loaded. */
export const noRawSdk = (rewrite?: RewriteImport): Rule.RuleModule =>
  defineRule({
    name: 'no-raw-sdk',
    description: 'Disallow raw model SDKs outside provider packages',
    messages: {
      raw: "'{{name}}' is a raw model SDK. {{advice}}",
      bookkeeping:
        "'{{name}}' keeps the books here ({{names}}). Calls to models have health and gates of their own in majordomo; for anything else keep a breaker of yours: {{document}}",
    },
    options: ['packages', 'ignore', 'types'],
    isFixable: rewrite !== undefined,
    where: 'outside-providers',
    visit(file) {
      const { code, options } = file;
      const types = options.types === true;
      const check = checker(file, rewrite);
      const ofSource = (node: Rule.Node, source: Node | null | undefined, names?: Names): void => {
        if (source?.type === 'Literal' && typeof source.value === 'string') check(node, source.value, names);
      };
      return {
        ImportDeclaration(node) {
          if (types || !isTypeOnly(node, node.specifiers)) ofSource(node, node.source, importedNames(node));
        },
        ExportNamedDeclaration(node) {
          if (node.source && (types || !isTypeOnly(node, node.specifiers))) ofSource(node, node.source);
        },
        ExportAllDeclaration(node) {
          if (types || !isTypeOnly(node, [])) ofSource(node, node.source);
        },
        ImportExpression(node) {
          if (node.source.type === 'Literal') ofSource(node, node.source);
          else for (const text of textsOf(node.source, lookInto(code))) check(node, text);
        },
        TSImportEqualsDeclaration(node: Rule.Node) {
          const reference = child(node, 'moduleReference');
          if (reference !== undefined && (types || !isTypeOnly(node, [])))
            ofSource(node, child(reference, 'expression'));
        },
        ...(types && {
          TSImportType(node: Rule.Node) {
            const argument = child(node, 'source') ?? child(node, 'argument');
            ofSource(node, argument === undefined ? undefined : (child(argument, 'literal') ?? argument));
          },
        }),
        ...(LOADS.test(code.text) && {
          CallExpression(node: Rule.Node) {
            if (node.type !== 'CallExpression') return;
            const specifier = loadedBy(node, file);
            if (specifier !== undefined) check(node, specifier);
          },
        }),
      };
    },
  });

/** Exports that count, limit and break, and ask no model. */
const BOOKS = /Breaker|Ledger|Cost|Budget|Quota|RateLimit|Health|Usage/;

/** What an import takes; `undefined` where that may be everything. */
type Names = readonly string[] | undefined;

function importedNames({ specifiers }: ESTree.ImportDeclaration): Names {
  const values = specifiers.filter((one) => Reflect.get(one, 'importKind') !== 'type');
  const names = values.map((one) =>
    one.type === 'ImportSpecifier' ? keyName(one.imported, false) : undefined,
  );
  return names.every((name) => name !== undefined) && names.length > 0 ? names : undefined;
}

/** Splitters, ids and hooks of a family whose other members call models. */
function isHarmless(name: string, specifier: string, names: Names): boolean {
  const known = harmless.find((one) => one.package === name);
  if (known === undefined) return false;
  const subpath = subpathOf(specifier, name);
  if (subpath !== '' && known.subpaths?.some((start) => subpath.startsWith(start)) === true) return true;
  if (known.names === undefined || (known.names !== '*' && subpath !== '')) return false;
  const { names: fine } = known;
  return fine === '*' || names?.every((one) => fine.has(one)) === true;
}

function checker(
  file: File,
  rewrite: RewriteImport | undefined,
): (node: Rule.Node, specifier: string, names?: Names) => void {
  const find = lookup(file.options);
  return (node, specifier, names) => {
    const name = packageOf(specifier);
    const sdk = name === undefined ? undefined : find(name);
    if (name === undefined || sdk === undefined || isHarmless(name, specifier, names)) return;
    if (names?.every((one) => BOOKS.test(one)) === true) {
      const data = { name, names: names.join(', '), document: DOCUMENT };
      file.context.report({ node, messageId: 'bookkeeping', data });
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

/** `import type …`, or every name of it marked `type`. */
function isTypeOnly(node: object, specifiers: readonly object[]): boolean {
  const kind: unknown = Reflect.get(node, 'importKind') ?? Reflect.get(node, 'exportKind');
  if (kind === 'type') return true;
  return (
    specifiers.length > 0 &&
    specifiers.every((one) => (Reflect.get(one, 'importKind') ?? Reflect.get(one, 'exportKind')) === 'type')
  );
}

/** The raw SDK that a call loads or mocks, or undefined for every other call. */
function loadedBy(call: ESTree.CallExpression, { code, options }: File): string | undefined {
  const [argument] = call.arguments;
  if (argument === undefined) return undefined;
  const isRaw = (text: string): boolean => {
    const name = packageOf(text);
    return name !== undefined && lookup(options)(name) !== undefined;
  };
  const callee = bare(call.callee);
  // Most calls end here: their first argument is no SDK's name, and no name at all.
  if (argument.type === 'Literal') {
    const { value } = argument;
    return typeof value === 'string' && isRaw(value) && isLoading(callee, code) ? value : undefined;
  }
  // Nearly every call passes a variable: only a file that makes loaders is asked what its own names mean.
  const loaders = callee.type !== 'Identifier' || code.text.includes('createRequire');
  if (!loaders && !callee.name.includes('equire')) return undefined;
  if (!isLoading(callee, code)) return undefined;
  return textsOf(argument, lookInto(code)).find(isRaw);
}

function isLoading(callee: Node, code: File['code']): boolean {
  // What bundlers make of `require` in modules, wherever they keep it.
  if (callee.type === 'Identifier' && /^_{1,2}require$/.test(callee.name)) return true;
  if (callee.type === 'MemberExpression') {
    const method = keyName(callee.property, callee.computed);
    if (method === undefined) return false;
    if (mockMethods.has(method))
      return callee.object.type === 'Identifier' && mockObjects.has(callee.object.name);
    if (method !== 'require' && method !== 'getBuiltinModule') return false;
  } else if (callee.type !== 'Identifier' && callee.type !== 'CallExpression') return false;
  const origin = originOf(callee, lookInto(code));
  return origin !== undefined && isLoader(origin);
}
