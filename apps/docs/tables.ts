// Writes the tables of this folder's pages that come from other files. A test in tooling/shape compares them.
//   <!-- members: ChatRequest in packages/base/core/src/types/request.ts -->   each member, its type, and its docstring
//   <!-- variables: .env.example -->                                      the variables of each package
//   <!-- flags: apps/cli/src/serve/serve-command.ts -->                        the options of a command
//   <!-- metrics: packages/operation/gateway/src/metrics/metrics.ts -->             name, type and help of each metric
//   <!-- routes: packages/operation/admin/src/api -->                               the requests of the admin API
//   <!-- features: tooling/services/src/features -->                      the features whose tests run on each store
// Each such comment begins a table, and `<!-- end of table -->` ends it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');
const TABLE =
  /<!-- (members|variables|flags|metrics|routes|features): (.+?)(?: in (\S+))? -->\n[\s\S]*?<!-- end of table -->/g;

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Returns the text of a page with current tables. */
export const withTables = (page: string): string =>
  page.replaceAll(TABLE, (all: string, kind: string, subject: string, file: string | undefined) => {
    const table = kind === 'members' ? memberTable(subject, file ?? '') : (TABLES[kind]?.(subject) ?? '');
    return `${all.slice(0, all.indexOf('\n'))}\n\n${table}\n\n<!-- end of table -->`;
  });

/** Parses a source file. */
const parsed = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);

/** Returns all nodes of a file that `select` accepts, in the order of the source. */
function nodesOf<T extends ts.Node>(file: string, select: (node: ts.Node) => node is T): readonly T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (select(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(parsed(file));
  return found;
}

const stringsOf = (args: readonly ts.Expression[] = []): readonly string[] =>
  args.map((each) => (ts.isStringLiteral(each) ? each.text : ''));

const flagTable = (file: string): string =>
  tableOf(
    ['option', 'meaning', 'default'],
    nodesOf(file, ts.isCallExpression)
      .filter(({ expression }) => expression.getText().endsWith('.option'))
      // A chain of calls contains the calls before it.
      .toReversed()
      .map(({ arguments: args }) => stringsOf(args))
      .map(([flag = '', meaning = '', standard = '']) => [
        `\`${flag}\``,
        meaning,
        standard === '' ? '' : `\`${standard}\``,
      ]),
  );

const metricTable = (file: string): string =>
  tableOf(
    ['metric', 'type', 'meaning'],
    nodesOf(file, ts.isNewExpression)
      .filter(
        ({ expression, arguments: args = [] }) =>
          expression.getText() === 'MetricFamily' && args.every(ts.isStringLiteral),
      )
      .map((node) => stringsOf(node.arguments))
      .map(([name = '', type = '', help = '']) => [`\`majordomo_${name}\``, type, help]),
  );

const routeTable = (folder: string): string =>
  tableOf(
    ['request', 'meaning'],
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('-routes.ts'))
      .flatMap((name) => nodesOf(`${folder}/${name}`, ts.isObjectLiteralExpression))
      .map((node) => (name: string) => {
        const member = node.properties
          .filter(ts.isPropertyAssignment)
          .find((each) => each.name.getText() === name);
        return member !== undefined && ts.isStringLiteral(member.initializer) ? member.initializer.text : '';
      })
      .filter((member) => member('summary') !== '')
      .map((member) => [`\`${member('method').toUpperCase()} ${member('path')}\``, member('summary')]),
  );

function memberTable(name: string, file: string): string {
  const source = parsed(file);
  return tableOf(
    ['member', 'type', 'meaning'],
    membersOf(name, source).map((member) => [
      `\`${nameOf(member)}\``,
      `\`${typeOf(member)}\``,
      meaningOf(member),
    ]),
  );
}

/** Returns the members of an interface, followed by those that it picks from an interface of the same file. */
function membersOf(name: string, source: ts.SourceFile): readonly ts.TypeElement[] {
  const type = interfaceOf(name, source);
  if (type === undefined) throw new Error(`${source.fileName} has no interface ${name}`);
  const bases = type.heritageClauses?.flatMap(({ types }) => types) ?? [];
  const picked = bases.flatMap(({ expression, typeArguments: [from, keys] = [] }) => {
    const base = expression.getText() === 'Pick' ? interfaceOf(from?.getText(), source) : undefined;
    return base?.members.filter((member) => keys?.getText().includes(`'${nameOfMember(member)}'`)) ?? [];
  });
  return [...type.members, ...picked];
}

const interfaceOf = (name: string | undefined, source: ts.SourceFile): ts.InterfaceDeclaration | undefined =>
  source.statements.filter(ts.isInterfaceDeclaration).find((node) => node.name.text === name);

const nameOfMember = ({ name }: ts.TypeElement): string => name?.getText() ?? '';

const nameOf = (member: ts.TypeElement): string =>
  nameOfMember(member) + (member.questionToken === undefined ? '' : '?');

function typeOf(member: ts.TypeElement): string {
  if (ts.isMethodSignature(member))
    return `(${member.parameters.map((one) => one.name.getText()).join(', ')}) => ${member.type?.getText() ?? ''}`;
  if (!ts.isPropertySignature(member) || member.type === undefined) return '';
  const text = member.type
    .getText()
    .replaceAll('readonly ', '')
    .replaceAll(/\s*\| undefined/g, '');
  return withDefaults(text, member)
    .replace(/^\s*\|\s*/, '')
    .replace(/^\((\(.*)\)$/s, '$1');
}

/** Replaces the type parameters of the member's interface by their defaults. */
function withDefaults(type: string, { parent }: ts.TypeElement): string {
  const parameters = ts.isInterfaceDeclaration(parent) ? (parent.typeParameters ?? []) : [];
  return parameters.reduce((text, { name, default: standard }) => {
    const replacement = standard?.getText().replaceAll('readonly ', '') ?? name.text;
    return text.replaceAll(new RegExp(`\\b${name.text}\\b`, 'g'), replacement);
  }, type);
}

function meaningOf(member: ts.TypeElement): string {
  const doc = ts.getJSDocCommentsAndTags(member).find(ts.isJSDoc);
  const standard = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default');
  const text = ts.getTextOfJSDocComment(doc?.comment) ?? '';
  return [
    text.replaceAll(/`@default (.+?)`/g, 'Default: `$1`.').replace(/`@default` (.+?)\.?$/, 'Default: $1.'),
    standard === undefined ? '' : `Default: ${defaultOf(ts.getTextOfJSDocComment(standard.comment) ?? '')}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Formats values as code, and other defaults as prose. */
const defaultOf = (text: string): string =>
  /^(?:[\d_.]+|'[^']*'|true|false|\{.*\}|\[.*\])$/.test(text) ? `\`${text}\`` : text;

/** Each block of the file is a comment and the variables that it explains. */
const variableTable = (file: string): string =>
  tableOf(
    ['variables', 'read by'],
    read(file)
      .split('\n\n')
      .slice(1)
      .map((block) => [
        [...block.matchAll(/^(?:# ?)?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => `\`${name}\``).join(', '),
        [...block.matchAll(/^# (?![A-Z][A-Z0-9_]*=)(.+)$/gm)].map(([, line = '']) => line).join(' '),
      ]),
  );

/** Tests of each store. */
const STORE_TESTS = {
  memory: 'tooling/acceptance/test/stores/conformance.slow.test.ts',
  SQLite: 'tooling/acceptance/test/stores/conformance.slow.test.ts',
  PostgreSQL: 'packages/stores/store-postgres/test/conformance.slow.test.ts',
  Redis: 'packages/stores/store-redis/test/conformance.slow.test.ts',
  Cloudflare: 'tooling/acceptance/test/stores/cloudflare.slow.test.ts',
};

/** Each case is named `feature: what the feature does`. A store runs the cases of the lists that its tests name. */
function featureTable(folder: string): string {
  const names = readdirSync(join(ROOT, folder)).flatMap((name) =>
    nodesOf(`${folder}/${name}`, ts.isPropertyAssignment).map(({ initializer }) =>
      ts.isStringLiteralLike(initializer) ? (/^(\D.+?): /.exec(initializer.text)?.[1] ?? '') : '',
    ),
  );
  const features = [...new Set(names)].filter((name) => name !== '').sort();
  const cells = Object.values(STORE_TESTS).map((file) =>
    /of (?:\[\.{3})?featureCases/.test(read(file)) ? 'yes' : 'no',
  );
  return tableOf(
    ['feature', 'cases', ...Object.keys(STORE_TESTS)],
    features.map((name) => [name, String(names.filter((one) => one === name).length), ...cells]),
  );
}

const TABLES: Readonly<Record<string, (subject: string) => string>> = {
  variables: variableTable,
  flags: flagTable,
  metrics: metricTable,
  routes: routeTable,
  features: featureTable,
};

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map(
      (cells) =>
        `| ${cells.map((text) => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim()).join(' | ')} |`,
    )
    .join('\n');

if (process.argv[1] === import.meta.filename)
  for (const name of readdirSync(import.meta.dirname).filter((file) => file.endsWith('.md'))) {
    const path = join(import.meta.dirname, name);
    const old = readFileSync(path, 'utf8');
    const page = withTables(old);
    if (page !== old) writeFileSync(path, page);
  }
